/** Content of any size under a name, in chunks that fit into messages. Forgotten some time after it was stored. */
import { Objm, StorageType, type ObjectStore } from '@nats-io/obj';
import { nanos } from '@nats-io/transport-node';
import { BusError } from './bus-error.ts';
import type { Bus } from './connect.ts';
import { untilAnswered } from './until-answered.ts';

const CHUNK_TIMEOUT_MS = 10_000;
const READ_TIMEOUT_MS = 60_000;

export type ObjectStoreOptions = { bucket: string; replicas: number; ageMsMax: number };

export class ContentStore {
  readonly #bus: Bus;
  readonly #store: ObjectStore;
  readonly #ageMsMax: number;

  private constructor(args: { bus: Bus; store: ObjectStore; ageMsMax: number }) {
    this.#bus = args.bus;
    this.#store = args.store;
    this.#ageMsMax = args.ageMsMax;
  }

  /** Opens the bucket, making it when it is missing. */
  static async open(bus: Bus, { bucket, replicas, ageMsMax }: ObjectStoreOptions): Promise<ContentStore> {
    const store = await untilAnswered(bus, () =>
      new Objm(bus).create(bucket, { replicas, storage: StorageType.File, ttl: nanos(ageMsMax) }),
    );
    return new ContentStore({ bus, store, ageMsMax });
  }

  /** Stores content that never changes under its name: written anew only when half of its time is over. */
  async put(name: string, content: Uint8Array): Promise<void> {
    const known = await untilAnswered(this.#bus, () => this.#store.info(name));
    const isFresh = known !== null && !known.deleted && known.size === content.byteLength;
    if (isFresh && Date.now() - Date.parse(known.mtime) < this.#ageMsMax / 2) return;
    await this.#store.putBlob({ name }, content, { timeout: CHUNK_TIMEOUT_MS });
  }

  /** Null when nothing is stored under the name. */
  async get(name: string): Promise<Uint8Array | null> {
    return untilAnswered(this.#bus, () => inTime(this.#store.getBlob(name), name));
  }
}

/** The client waits for ever for chunks that expire while they are read. */
async function inTime<T>(reading: Promise<T>, name: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new BusError(0, `The content of ${name} did not arrive within ${READ_TIMEOUT_MS} ms.`));
    }, READ_TIMEOUT_MS);
  });
  try {
    return await Promise.race([reading, late]);
  } finally {
    clearTimeout(timer);
  }
}
