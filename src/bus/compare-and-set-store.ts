/** A small table with compare-and-set, shared by all processes: rate limits, dynamic configuration. */
import { Kvm, type KV } from '@nats-io/kv';
import { BusError, isConflict } from './bus-error.ts';
import type { Bus } from './connect.ts';
import { publish } from './publish.ts';
import { untilAnswered } from './until-answered.ts';

export class CompareAndSetStore {
  readonly #bus: Bus;
  readonly #bucket: string;
  readonly #kv: KV;

  private constructor(args: { bus: Bus; bucket: string; kv: KV }) {
    this.#bus = args.bus;
    this.#bucket = args.bucket;
    this.#kv = args.kv;
  }

  /** Opens the bucket, making it when it is missing. `ttlMs` 0 keeps values for ever. */
  static async open(
    bus: Bus,
    options: { bucket: string; replicas: number; ttlMs: number },
  ): Promise<CompareAndSetStore> {
    const kv = await untilAnswered(bus, () =>
      new Kvm(bus).create(options.bucket, {
        replicas: options.replicas,
        history: 1,
        ...(options.ttlMs > 0 ? { ttl: options.ttlMs } : {}),
      }),
    );
    return new CompareAndSetStore({ bus, bucket: options.bucket, kv });
  }

  /** Null when the key holds nothing. */
  async get(key: string): Promise<{ value: string; revision: number } | null> {
    const entry = await untilAnswered(this.#bus, () => this.#kv.get(key));
    if (!entry || entry.operation !== 'PUT') return null;
    return { value: entry.string(), revision: entry.revision };
  }

  /** The new revision, or null when someone was faster. `expectedRevision` 0: the key must be new. */
  async put(key: string, value: string, expectedRevision: number): Promise<number | null> {
    try {
      const receipt = await publish(this.#bus, {
        subject: `$KV.${this.#bucket}.${key}`,
        data: value,
        headers: { 'Nats-Expected-Last-Subject-Sequence': String(expectedRevision) },
      });
      return receipt.sequence;
    } catch (error) {
      if (isConflict(error)) return null;
      throw error instanceof BusError
        ? error
        : new BusError(0, `No answer to a put of ${key}.`, { cause: error });
    }
  }
}
