/** What machines may know of accounts: names and places, no secrets. Fixed when the machines are made. */

export type KnownRegion = { name: string; availabilityZones: readonly string[] };

export type KnownAccount = {
  name: string;
  accountId: string;
  regions: readonly KnownRegion[];
  defaultKeyPair?: string;
};

/** Every replica must be started with the same directory: a request is resolved by whichever owns it. */
export type AccountDirectory = readonly KnownAccount[];
