/** `windlass inspect`: the actors of a deployment in the Stately Inspector, live, until Ctrl-C. */
import type { Command } from 'commander';
import { readTopologies } from '#bus/service-survey.ts';
import { ActorId } from '#contracts/address.ts';
import { chooseStatechart, statechartGroup, statechartGroupOf } from '#contracts/statechart-choice.ts';
import type { StatechartDescription } from '#contracts/statechart-description.ts';
import { followStatecharts } from '#runtime/jetstream/jetstream-statecharts.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { TreeFollower } from '../inspect/follow-trees.ts';
import { InspectorFrames } from '../inspect/inspector-frames.ts';
import { InspectorServer } from '../inspect/inspector-server.ts';
import { invocationOf } from '../invocation.ts';
import type { Output } from '../output.ts';
import { deploymentEmpty, type Session } from '../session.ts';
import { portNumber } from './numbers.ts';

const VIEWER = 'https://stately.ai/inspect';

type InspectOptions = { root?: string; port: number; sanitize: boolean; viewer: string };

export function addInspect(program: Command): void {
  program
    .command('inspect')
    .summary('show actors in the Stately Inspector, live')
    .description(
      `Serve actors by the protocol of the Stately Inspector (@statelyai/inspect) on this machine, until Ctrl-C.\nThe page that it offers shows ${VIEWER} in a frame: your browser loads it from the internet, and it gets all that is shown. --sanitize keeps details back. For a page that needs no internet: windlass console`,
    )
    .option('--root <id>', 'only the tree of this root actor, say an execution; else every tree that moves')
    .option('--port <number>', 'port on 127.0.0.1; 0 for any free one', portNumber, 8_080)
    .option('--sanitize', 'keep back what actors show of their context, and messages of failures', false)
    .option('--viewer <url>', "the inspector's page", VIEWER)
    .action(async (options: InspectOptions, command: Command) => {
      const { output, openSession } = await invocationOf(command);
      await using session = await openSession();
      await inspect(options, { output, session });
    });
}

async function inspect(
  options: InspectOptions,
  { output, session }: { output: Output; session: Session },
): Promise<void> {
  const { bus } = session;
  const topologies = await readTopologies(bus);
  if (topologies.length === 0) throw deploymentEmpty();
  const stored = new Map<string, StatechartDescription[]>();
  // Nothing is stored by nodes of before: their actors are shown without a definition.
  const charts = await followStatecharts(bus, ({ service, description }) => {
    const group = statechartGroup(service, description.type);
    stored.set(group, [...(stored.get(group) ?? []), description]);
  }).catch((error: Error) => {
    output.progress(`No statecharts can be read (${error.message}): actors are sent without a definition.`);
  });
  const frames = new InspectorFrames({
    sanitize: options.sanitize,
    statechartOf: (view) => chooseStatechart(stored.get(statechartGroupOf(view)) ?? [], view),
  });
  const server = await serve(options, () => frames.all());
  const follower = new TreeFollower({
    bus,
    topologies,
    onStep: ({ view, note }) => {
      for (const frame of frames.take(view, note)) server.send(frame);
    },
  });
  const interrupted = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, resolve);
  });
  try {
    if (options.root === undefined) await follower.followAll();
    else await followOne(follower, options.root);
    announce(output, { options, url: server.url });
    await interrupted;
  } finally {
    await Promise.all([follower.close(), charts?.close(), server.close()]);
  }
}

async function serve(options: InspectOptions, all: () => ReturnType<InspectorFrames['all']>) {
  try {
    return await InspectorServer.start({ port: options.port, viewer: options.viewer, all });
  } catch (cause) {
    throw new CliError(
      {
        code: 'PORT_TAKEN',
        what: `The inspector cannot listen on port ${options.port} of this machine.`,
        why: (cause as Error).message,
        next: 'Choose another one: windlass inspect --port 0',
        exitCode: EXIT.failure,
      },
      { cause },
    );
  }
}

async function followOne(follower: TreeFollower, root: string): Promise<void> {
  if (ActorId.safeParse(root).success && (await follower.follow(root))) return;
  throw new CliError({
    code: 'ROOT_NOT_FOUND',
    what: `There is no tree of actors with the root '${root}'.`,
    why: 'It never started here, or it ended so long ago that it is forgotten.',
    next: 'List executions with: windlass execution ls',
    exitCode: EXIT.notFound,
  });
}

function announce(output: Output, { options, url }: { options: InspectOptions; url: string }): void {
  const socketUrl = url.replace('http:', 'ws:');
  output.result({ url, socketUrl, root: options.root ?? null, sanitized: options.sanitize }, () => [
    output.table(
      ['WHAT', 'WHERE'],
      [
        ['page for a browser', url],
        ['socket for viewers of the protocol', socketUrl],
      ],
    ),
  ]);
  const { host } = new URL(options.viewer);
  output.progress(`The page is of ${host}, loaded from the internet, and gets every frame that is sent.`);
  output.progress(
    options.sanitize
      ? 'Details of actors and messages of failures are kept back.'
      : 'It sees what actors show of their context. To keep that back: --sanitize',
  );
  output.progress('Ctrl-C ends it; the actors go on.');
}
