/** The only file that spells the name of a stream, subject, consumer or header. */
import { partsOf, type Address } from './address.ts';
import type { Place } from './topology.ts';

export const HEADER = {
  /** The public view of the actor, as ASCII JSON, on every record: republished without the record itself. */
  view: 'Windlass-View',
  /** What the step did, as ASCII JSON, on every record: for whoever listens, and for the actor's history. */
  note: 'Windlass-Note',
  /** Which try of which node stored the record: tells one's own commit after a lost answer. */
  commit: 'Windlass-Commit',
} as const;

export const STREAM = {
  /** Core stream of one shard; opens as a KV bucket. Only the runtime writes to it. */
  core: (service: string, shard: number) => `KV_${service}_${shard}`,
  ingress: (service: string) => `IN_${service}`,
  activities: (service: string) => `ACT_${service}`,
  requests: 'REQUESTS',
  dead: 'DEAD',
  history: 'HISTORY',
} as const;

/** Subjects of core streams, by shard: made once, because each step asks for them several times. */
export const coreSubjects = (service: string, shard: number): CoreSubjects => {
  const ofService = coreSubjectsOf.get(service) ?? [];
  coreSubjectsOf.set(service, ofService);
  return (ofService[shard] ??= newCoreSubjects(service, shard));
};

const coreSubjectsOf = new Map<string, CoreSubjects[]>();

export type CoreSubjects = ReturnType<typeof newCoreSubjects>;

const newCoreSubjects = (service: string, shard: number) => ({
  all: [
    `$KV.${service}_${shard}.>`,
    ...['mb', 'tm', 'tq', 'tn', 'ob'].map((kind) => `${kind}.${service}.${shard}.>`),
  ],
  record: (address: Address) => `$KV.${service}_${shard}.s.${tree(address)}`,
  treeRecords: (root: string) => `$KV.${service}_${shard}.s.${root}.>`,
  records: `$KV.${service}_${shard}.s.>`,
  recordsOfType: (type: string) => `$KV.${service}_${shard}.s.*.${type}.*`,
  owner: (partition: number) => `$KV.${service}_${shard}.o.${partition}`,
  owners: `$KV.${service}_${shard}.o.*`,
  /** What an owner writes to learn whether it still is one. */
  proof: (partition: number) => `$KV.${service}_${shard}.p.${partition}`,
  mailbox: (partition: number) => `mb.${service}.${shard}.${partition}.>`,
  mailboxOf: (partition: number, address: Address, envelopeId: string) =>
    `mb.${service}.${shard}.${partition}.${tree(address)}.${token(envelopeId)}`,
  alarm: (address: Address) => `tm.${service}.${shard}.${tree(address)}`,
  /** What the actors of a partition have for others: its owner relays it. */
  relays: (partition: number) => [
    `ob.${service}.${shard}.${partition}.>`,
    `tq.${service}.${shard}.${partition}.>`,
  ],
  task: (partition: number, task: { queue: string; actor: Address; name: string }) =>
    `tq.${service}.${shard}.${partition}.${service}.${task.queue}.${tree(task.actor)}.${token(task.name)}`,
  /** Actors with attempts that the owner of the partition runs itself. */
  nearMarks: (partition: number) => `tn.${service}.${shard}.${partition}.>`,
  nearMark: (partition: number, actor: Address) => `tn.${service}.${shard}.${partition}.${tree(actor)}`,
  outbox: (partition: number, to: { address: Address; place: Place }, envelopeId: string) =>
    `ob.${service}.${shard}.${partition}.${ingressTokens(to.place, to.address, envelopeId)}`,
  viewSource: `$KV.${service}_${shard}.s.>`,
  viewTarget: `chg.${service}.${shard}.>`,
});

/** Service and shard of a core stream; null for any other stream. */
export function coreStreamOf(name: string): { service: string; shard: number } | null {
  const [, service, shard] = /^KV_([a-z][a-z0-9-]*)_(\d+)$/.exec(name) ?? [];
  return service === undefined ? null : { service, shard: Number(shard) };
}

/** The server tells of each new stream. */
export const streamCreated = '$JS.EVENT.ADVISORY.STREAM.CREATED.>';

/** Views of a tree, from whichever service and shard. */
export const viewsOfTree = (root: string) => `chg.*.*.${root}.>`;
export const viewsOfActor = (address: Address) => `chg.${partsOf(address).service}.*.${tree(address)}`;
export const viewsOfType = (service: string, type: string) => `chg.${service}.*.*.${type}.*`;

/** What each step of an actor did, one message a step. */
export const historySubjects = {
  all: 'hist.>',
  of: (address: Address) => `hist.${partsOf(address).service}.${tree(address)}`,
} as const;

export const ingressSubjects = (service: string) => ({
  all: `in.${service}.>`,
  /** Belongs to no partition: nothing is stored or read there. */
  never: `in.${service}.never`,
  partition: (place: Place) => `in.${service}.${place.shard}.${place.partition}.>`,
  of: (place: Place, address: Address, envelopeId: string) =>
    `in.${ingressTokens(place, address, envelopeId)}`,
});

/** Whether a record's subject is that of an actor that starts a tree: its id is the root. */
export function isRootRecord(subject: string): boolean {
  const [, , , root, , id] = subject.split('.');
  return root !== undefined && root === id;
}

/** Where a message of an outbox or of the tasks goes: the subject says it. Null for any other subject. */
export function relayTarget(subject: string): string | null {
  const [kind, _service, _shard, _partition, ...target] = subject.split('.');
  if (kind === 'ob') return `in.${target.join('.')}`;
  if (kind === 'tq') return `act.${target.join('.')}`;
  return null;
}

export const activitySubjects = (service: string) => ({
  all: `act.${service}.>`,
  queue: (queue: string) => `act.${service}.${queue}.>`,
  consumer: (queue: string) => `act-${service}-${queue}`,
  cancel: `cancel.${service}`,
});

export const nodeSubjects = (service: string) => ({
  heartbeat: `node.${service}.heartbeat`,
  probe: (node: string) => `node.${service}.probe.${node}`,
  describe: `node.${service}.describe`,
  /** Which waiting requesters were answered, among the replicas of an intake. */
  answered: `node.${service}.answered`,
});

/** Nodes of a service compute steps for each other: one subject a definition, asked as a queue group. */
export const offerSubjects = (service: string) => ({
  of: (key: { type: string; version: number; hash: string } | { type: string; newest: true }) =>
    'newest' in key
      ? `step.${service}.${key.type}.newest`
      : `step.${service}.${key.type}.${key.version}.${token(key.hash)}`,
});

/** Direct asks, by partition: its owner listens. */
export const askSubjects = (service: string) => ({
  of: (place: Place) => `ask.${service}.${place.shard}.${place.partition}`,
  queue: 'owner',
});

export const requestSubjects = {
  all: 'windlass.>',
  deploy: 'windlass.deploy',
  cancel: 'windlass.cancel',
  pause: 'windlass.pause',
  resume: 'windlass.resume',
  judge: 'windlass.judge',
  consumer: 'intake',
} as const;

/** Bucket of what services tell each other about themselves. */
export const settingsBucket = 'settings';

/** Object store of payloads that are too large for records. */
export const blobBucket = 'blobs';

/** Bucket of the request rates that all replicas share. */
export const rateLimitBucket = 'rate_limits';

/** Bucket of the statecharts that were ever registered. */
export const statechartBucket = 'statecharts';

/** One key a definition: equal for all nodes that registered the same one. */
export const statechartKey = (args: { service: string; type: string; version: number; hash: string }) =>
  `${args.service}.${args.type}.${args.version}.${args.hash}`;

/** The bucket as a stream, for a reader in order. */
export const bucketStream = (bucket: string) => ({ stream: `KV_${bucket}`, all: `$KV.${bucket}.>` });

export const deadSubjects = {
  all: 'dead.>',
  of: (source: string) => `dead.${token(source)}`,
} as const;

function ingressTokens(place: Place, address: Address, envelopeId: string): string {
  return `${partsOf(address).service}.${place.shard}.${place.partition}.${tree(address)}.${token(envelopeId)}`;
}

function tree(address: Address): string {
  const { type, root, id } = partsOf(address);
  return `${root}.${type}.${id}`;
}

/** Makes any text a single subject token. */
function token(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_-]/g, '_');
}
