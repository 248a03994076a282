/**
 * One service as a child process: its log in a file, started again when it dies.
 *
 * P1 It is started again only while it is wanted: a stop, or a kill during a stop, ends it for good.
 * P2 It ends with this process, however this process ends in JavaScript.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, type FileHandle } from 'node:fs/promises';

const RESTART_MS_MIN = 200;
const RESTART_MS_MAX = 5_000;
/** One that ran this long before it died is started again at once. */
const STABLE_MS = 10_000;
const STOP_TIMEOUT_MS = 15_000;

export type ServiceProcessOptions = {
  /** Unique in its deployment: `orca-1`. */
  name: string;
  service: string;
  /** Script and its arguments; asked for before each start. */
  command: () => readonly string[];
  environment: NodeJS.ProcessEnv;
  logPath: string;
  /** Start it again when it dies. */
  restart: boolean;
  /** Called with each line of standard output. */
  onLine?: (line: string) => void;
  onExit?: (exit: { name: string; reason: string; restarting: boolean }) => void;
};

export class ServiceProcess {
  readonly name: string;
  readonly service: string;
  readonly logPath: string;
  readonly #options: ServiceProcessOptions;
  #child: ChildProcess | undefined;
  #log: FileHandle | undefined;
  #wanted = false;
  #failures = 0;
  #restarts = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: ServiceProcessOptions) {
    this.#options = options;
    this.name = options.name;
    this.service = options.service;
    this.logPath = options.logPath;
  }

  /** Process id of the child that runs now; undefined while none does. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** How often it was started again. */
  get restarts(): number {
    return this.#restarts;
  }

  async start(): Promise<void> {
    this.#log ??= await open(this.#options.logPath, 'a');
    this.#wanted = true;
    this.#spawn();
  }

  /** Sends a signal. False when no child runs. */
  kill(signal: NodeJS.Signals): boolean {
    return this.#child?.kill(signal) ?? false;
  }

  /** Ends it in good order, by force after 15 s. Idempotent. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#wanted = false;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child) {
      const exited = once(child, 'exit');
      child.kill('SIGCONT'); // one that is paused would not see the next signal
      child.kill('SIGTERM');
      const patience = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(patience);
    }
    await this.#log?.close();
    this.#log = undefined;
  }

  #spawn(): void {
    const log = this.#log;
    if (!log) return;
    const startedAt = performance.now();
    const { environment: env, onLine } = this.#options;
    const child = spawn(process.execPath, [...this.#options.command()], {
      env,
      // Its own process group: Ctrl-C in a terminal must reach us alone, who end everything in the right order.
      detached: true,
      stdio: ['ignore', onLine ? 'pipe' : log.fd, log.fd],
    });
    this.#child = child;
    if (onLine && child.stdout) tellLines(child.stdout, onLine);
    const endWithUs = (): boolean => child.kill('SIGKILL');
    process.once('exit', endWithUs);
    child.once('error', (error) => this.#ended(error.message, startedAt));
    child.once('exit', (code, signal) => {
      process.off('exit', endWithUs);
      this.#ended(signal ?? `exit code ${code ?? 'unknown'}`, startedAt);
    });
  }

  #ended(reason: string, startedAt: number): void {
    this.#child = undefined;
    const restarting = this.#wanted && this.#options.restart;
    if (this.#wanted) this.#options.onExit?.({ name: this.name, reason, restarting });
    if (!restarting) return;
    this.#failures = performance.now() - startedAt > STABLE_MS ? 0 : this.#failures + 1;
    const delayMs = Math.min(RESTART_MS_MAX, RESTART_MS_MIN * 2 ** Math.max(0, this.#failures - 1));
    this.#timer = setTimeout(() => {
      this.#restarts += 1;
      this.#spawn();
    }, delayMs);
  }
}

function tellLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    const lines = `${rest}${chunk.toString()}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
}
