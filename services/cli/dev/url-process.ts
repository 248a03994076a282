/** A child process that listens on this machine and says where: `{"url": "http://127.0.0.1:4566"}`, one line. */
import { ServiceProcess, type ServiceProcessOptions } from './service-process.ts';
import { preferredPort } from './preferred-port.ts';

const READY_TIMEOUT_MS = 60_000;

export type UrlProcessOptions = Omit<ServiceProcessOptions, 'command' | 'onLine'> & {
  /** Script and its arguments, for a port; 0: any free one. */
  command: (port: number) => readonly string[];
  /** Used when it is free. */
  port?: number;
};

export class UrlProcess {
  readonly process: ServiceProcess;
  readonly #options: UrlProcessOptions;
  readonly #ready = Promise.withResolvers<string>();
  #port = 0;
  #url = '';

  constructor(options: UrlProcessOptions) {
    this.#options = options;
    this.process = new ServiceProcess({
      ...options,
      command: () => options.command(this.#port),
      onLine: (line) => this.#hear(line),
    });
  }

  /** Where it listens; the same after a restart. Empty before the start. */
  get url(): string {
    return this.#url;
  }

  /** Resolves when it listens. @throws Error naming its log when it does not within a minute */
  async start(): Promise<void> {
    this.#port = (await preferredPort(this.#options.port)) ?? 0;
    await this.process.start();
    const { name, logPath } = this.#options;
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`${name} did not start; see ${logPath}.`)),
      READY_TIMEOUT_MS,
    );
    try {
      this.#url = await Promise.race([this.#ready.promise, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  #hear(line: string): void {
    const { url } = JSON.parse(line) as { url: string };
    this.#port = Number(new URL(url).port);
    this.#ready.resolve(url);
  }
}
