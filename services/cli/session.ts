/** A connection of the command line to a deployment: views to read, requests to send. */
import { connectBus, type Bus } from '#bus/connect.ts';
import { withoutCredentials } from '#bus/server-address.ts';
import { readTopology } from '#bus/stream-survey.ts';
import { ActorId, addressOf } from '#contracts/address.ts';
import type { ActorView } from '#contracts/actor-view.ts';
import type { Topology } from '#contracts/topology.ts';
import { JetStreamViews } from '#runtime/jetstream/jetstream-views.ts';
import { CliError, EXIT } from './cli-error.ts';

const CONNECT_TIMEOUT_MS = 2_000;

export class Session implements AsyncDisposable {
  readonly bus: Bus;
  /** Null when no Windlass service ever started on this NATS. */
  readonly topology: Topology | null;

  private constructor(args: { bus: Bus; topology: Topology | null }) {
    this.bus = args.bus;
    this.topology = args.topology;
  }

  /** @throws CliError `NATS_UNREACHABLE`, `NATS_UNAUTHORIZED` */
  static async open(servers: readonly string[]): Promise<Session> {
    const bus = await connect(servers);
    try {
      return new Session({ bus, topology: await readTopology(bus, 'orca') });
    } catch (cause) {
      await bus.close();
      throw new CliError(
        {
          code: 'JETSTREAM_UNAVAILABLE',
          what: `The NATS server at ${servers.map(withoutCredentials).join(', ')} does not answer for its streams.`,
          why: (cause as Error).message,
          next: 'Start it with JetStream (nats-server -js), or run: windlass dev',
          exitCode: EXIT.failure,
        },
        { cause },
      );
    }
  }

  /** @throws CliError `DEPLOYMENT_EMPTY` when no service ever started here */
  views(): JetStreamViews {
    if (this.topology === null) {
      throw deploymentEmpty();
    }
    return new JetStreamViews({ bus: this.bus, topology: this.topology });
  }

  /** The view of an execution. @throws CliError `EXECUTION_NOT_FOUND` */
  async readExecution(executionId: string): Promise<ActorView> {
    const views = this.views();
    const view = ActorId.safeParse(executionId).success
      ? await views.read(
          addressOf({ service: 'orca', type: 'execution', root: executionId, id: executionId }),
        )
      : null;
    if (view) return view;
    throw new CliError({
      code: 'EXECUTION_NOT_FOUND',
      what: `There is no execution '${executionId}'.`,
      why: 'It never started here, or it ended so long ago that it is forgotten.',
      next: 'List them with: windlass execution ls',
      exitCode: EXIT.notFound,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.bus.close();
  }
}

/** Nothing to look at. */
export function deploymentEmpty(): CliError {
  return new CliError({
    code: 'DEPLOYMENT_EMPTY',
    what: 'There is no Windlass on this NATS server.',
    why: 'Its streams do not exist: neither orca nor clouddriver ever started here.',
    next: 'Start a local deployment with: windlass dev (or name another server with --nats)',
    exitCode: EXIT.notFound,
  });
}

async function connect(servers: readonly string[]): Promise<Bus> {
  try {
    return await connectBus({ servers, name: 'windlass-cli', connectTimeoutMs: CONNECT_TIMEOUT_MS });
  } catch (error) {
    const cause = (error as Error).cause ?? error;
    if (/auth/i.test(`${(cause as Error).name} ${(cause as Error).message}`)) {
      throw new CliError(
        {
          code: 'NATS_UNAUTHORIZED',
          what: `The NATS server at ${servers.map(withoutCredentials).join(', ')} refuses this user.`,
          why: (cause as Error).message,
          next: 'Put user and password into the address: --nats nats://USER:PASSWORD@HOST:4222',
          exitCode: EXIT.unauthorized,
        },
        { cause },
      );
    }
    throw new CliError(
      {
        code: 'NATS_UNREACHABLE',
        what: `No NATS server answers at ${servers.map(withoutCredentials).join(', ')}.`,
        why: (cause as Error).message || 'Nothing listens there.',
        next: 'Start a local deployment with: windlass dev (or name another server with --nats)',
        exitCode: EXIT.failure,
      },
      { cause },
    );
  }
}
