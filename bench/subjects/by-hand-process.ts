/** What the store and a hop to it take at the least: recorded writes, made by a worker process that does nothing else. */
import { once } from 'node:events';
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import type { Accounted } from '../measure.ts';
import { BY_HAND_SUBJECT } from '../subject.ts';
import type { WriteUnit } from './recorded-writes.ts';
import { untilReady } from './until-ready.ts';
import type { WindlassSubject } from './windlass-subject.ts';

/** A unit waits for its turn: that is measured, not cut off. */
const PATIENCE_MS = 60_000;

export class ByHandProcess {
  readonly #windlass: WindlassSubject;
  readonly #child: ChildProcess;

  private constructor(windlass: WindlassSubject, child: ChildProcess) {
    this.#windlass = windlass;
    this.#child = child;
  }

  /** On the server of `windlass`, whose own worker has nothing to do meanwhile. */
  static async start(windlass: WindlassSubject, units: readonly WriteUnit[]): Promise<ByHandProcess> {
    const script = path.join(import.meta.dirname, 'by-hand-worker.ts');
    const child = spawn(process.execPath, [script, windlass.url], { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.end(JSON.stringify(units));
    await untilReady(child);
    return new ByHandProcess(windlass, child);
  }

  /** Resolves when the writes of one unit are stored. A name that was used before goes on from what it has stored. */
  write = async (name: string): Promise<void> => {
    await this.#windlass.bus.request(BY_HAND_SUBJECT, name, { timeout: PATIENCE_MS });
  };

  get accounted(): Accounted {
    return this.#windlass.byHand(this.#child.pid);
  }

  async stop(): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }
}
