/** Small facts that services tell each other about themselves: kept on the bus, read when they are needed. */
import { KnownAccounts } from '#contracts/known-accounts.ts';
import { settingsBucket } from '#contracts/subjects.ts';
import { CompareAndSetStore } from './compare-and-set-store.ts';
import type { Bus } from './connect.ts';
import { untilAnswered } from './until-answered.ts';

const ACCOUNTS_KEY = 'accounts';
const TRIES_MAX = 10;

export class SharedSettings {
  readonly #bus: Bus;
  readonly #store: CompareAndSetStore;

  private constructor(bus: Bus, store: CompareAndSetStore) {
    this.#bus = bus;
    this.#store = store;
  }

  static async open(bus: Bus, replicas: number): Promise<SharedSettings> {
    return new SharedSettings(
      bus,
      await CompareAndSetStore.open(bus, { bucket: settingsBucket, replicas, ttlMs: 0 }),
    );
  }

  /** Announces the accounts that are served; the last announcement counts. */
  async announceAccounts(accounts: KnownAccounts): Promise<void> {
    const value = JSON.stringify(KnownAccounts.parse(accounts));
    for (let attempt = 1; attempt <= TRIES_MAX; attempt += 1) {
      const stored = await this.#store.get(ACCOUNTS_KEY);
      if (stored?.value === value) return;
      // After a lost answer the next look tells whether it was stored.
      const revision = await untilAnswered(this.#bus, () =>
        this.#store.put(ACCOUNTS_KEY, value, stored?.revision ?? 0),
      );
      if (revision !== null) return;
    }
  }

  /** Null while no Clouddriver has ever announced any. */
  async knownAccounts(): Promise<KnownAccounts | null> {
    const stored = await this.#store.get(ACCOUNTS_KEY);
    return stored ? KnownAccounts.parse(JSON.parse(stored.value)) : null;
  }
}
