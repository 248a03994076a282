/** Large payloads in one object store of the deployment. Opened when the first one is stored or asked for. */
import type { Bus } from '#bus/connect.ts';
import { ContentStore } from '#bus/object-store.ts';
import { blobBucket } from '#contracts/subjects.ts';
import type { Topology } from '#contracts/topology.ts';
import type { Blobs } from '../ports.ts';

/** Longer than the records of finished actors are kept (30 days): their results can be read as long as they can. */
const AGE_MS_MAX = 90 * 24 * 3_600_000;

export class JetStreamBlobs implements Blobs {
  readonly #bus: Bus;
  readonly #topology: Topology;
  #opening: Promise<ContentStore> | undefined;

  constructor(args: { bus: Bus; topology: Topology }) {
    this.#bus = args.bus;
    this.#topology = args.topology;
  }

  async put(digest: string, content: Uint8Array): Promise<void> {
    const store = await this.#open();
    await store.put(digest, content);
  }

  async get(digest: string): Promise<Uint8Array | null> {
    const store = await this.#open();
    return store.get(digest);
  }

  #open(): Promise<ContentStore> {
    this.#opening ??= ContentStore.open(this.#bus, {
      bucket: blobBucket,
      replicas: this.#topology.replicas,
      ageMsMax: AGE_MS_MAX,
    }).catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }
}
