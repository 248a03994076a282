/** One actor of any service, as the command line reaches it. */
import { askEnvelope } from '#bus/ask-envelope.ts';
import { readTopology } from '#bus/stream-survey.ts';
import type { ActorView } from '#contracts/actor-view.ts';
import { Address, partsOf } from '#contracts/address.ts';
import type { Envelope } from '#contracts/envelope.ts';
import type { Topology } from '#contracts/topology.ts';
import { JetStreamHistories } from '#runtime/jetstream/jetstream-histories.ts';
import { JetStreamViews } from '#runtime/jetstream/jetstream-views.ts';
import { CliError, EXIT } from './cli-error.ts';
import type { Session } from './session.ts';

const ANSWER_MS = 10_000;

/** An address as it was typed. @throws CliError `ADDRESS_INVALID` */
export function addressFrom(text: string): Address {
  const address = Address.safeParse(text);
  if (address.success) return address.data;
  throw new CliError({
    code: 'ADDRESS_INVALID',
    what: `'${text}' is no address of an actor.`,
    why: 'An address has four parts: SERVICE:TYPE:ROOT:ID.',
    next: 'List addresses with: windlass actor ls --service SERVICE --type TYPE',
    exitCode: EXIT.usage,
  });
}

/** @throws CliError `SERVICE_UNKNOWN` */
export async function topologyOf({ bus }: Session, service: string): Promise<Topology> {
  const topology = await readTopology(bus, service);
  if (topology !== null) return topology;
  throw new CliError({
    code: 'SERVICE_UNKNOWN',
    what: `There is no service '${service}' on this NATS server.`,
    why: 'Its streams do not exist: it never started here.',
    next: 'Name the right server with --nats, or see what runs with: windlass doctor',
    exitCode: EXIT.notFound,
  });
}

/** The views and histories of a service. */
export async function readersOf(
  session: Session,
  service: string,
): Promise<{ topology: Topology; views: JetStreamViews; histories: JetStreamHistories }> {
  const topology = { ...(await topologyOf(session, service)), services: [service] };
  const args = { bus: session.bus, topology };
  return { topology, views: new JetStreamViews(args), histories: new JetStreamHistories(args) };
}

/** @throws CliError `ACTOR_NOT_FOUND` */
export async function readActor(session: Session, address: Address): Promise<ActorView> {
  const { views } = await readersOf(session, partsOf(address).service);
  const view = await views.read(address);
  if (view) return view;
  throw new CliError({
    code: 'ACTOR_NOT_FOUND',
    what: `There is no actor ${address}.`,
    why: 'It never started here, or it ended so long ago that it is forgotten.',
    next: 'List actors with: windlass actor ls --service SERVICE --type TYPE',
    exitCode: EXIT.notFound,
  });
}

/** Sends an envelope to an actor. @throws CliError when it refuses, or does not answer in time */
export async function tellActor(session: Session, envelope: Envelope): Promise<void> {
  const topology = await topologyOf(session, partsOf(envelope.to).service);
  const answer = await askEnvelope(session.bus, topology, { envelope, timeoutMs: ANSWER_MS });
  if (answer?.outcome === 'applied') return;
  const isEnded = answer?.reason === 'not-active';
  throw new CliError({
    code: answer === null ? 'ACTOR_UNANSWERED' : isEnded ? 'ACTOR_ENDED' : 'ACTOR_REFUSED',
    what: answer === null ? 'Nobody answered yet.' : `The actor ${envelope.to} refused.`,
    why:
      answer === null
        ? 'It is stored, and applied as soon as a node of the service runs and the actor is not on hold.'
        : isEnded
          ? 'It has ended.'
          : (answer.reason ?? 'It gave no reason.'),
    next:
      answer === null
        ? 'See what runs with: windlass doctor'
        : `Look at it with: windlass actor get ${envelope.to}`,
    exitCode: answer === null ? EXIT.timedOut : EXIT.conflict,
  });
}
