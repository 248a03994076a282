/** Actors that are not part of a machine test: what was said to them is remembered, and child actors answer as scripted. */
import { partsOf, type Address } from '#contracts/address.ts';
import type { ActorEvent, Envelope, Parent } from '#contracts/envelope.ts';
import type { Json } from '#contracts/json.ts';
import type { ActorScript, Scripted } from './activity-script.ts';
import { asJson } from './scripted-activities.ts';

export type Sent = { from: Address | undefined; to: Address; event: ActorEvent };

export type ForeignActor = { address: Address; parent: Parent; input: Json | undefined; ended: boolean };

/** Posts an event after some virtual time. */
type Post = (delayMs: number, event: { to: Address; from: Address; event: ActorEvent }) => void;

export class ForeignActors {
  readonly sent: Sent[] = [];
  readonly started: ForeignActor[] = [];
  readonly stopped: Address[] = [];
  readonly #scripts: Readonly<Record<string, ActorScript>>;
  readonly #post: Post;

  constructor(scripts: Readonly<Record<string, ActorScript>>, post: Post) {
    this.#scripts = scripts;
    this.#post = post;
  }

  take(envelope: Envelope): void {
    const { to } = envelope;
    if (envelope.kind === 'event') this.sent.push({ from: envelope.from, to, event: envelope.event });
    if (envelope.kind === 'stop') this.stopped.push(to);
    if (envelope.kind !== 'start' || envelope.parent === undefined) return;
    const child = { address: to, parent: envelope.parent, input: envelope.input, ended: false };
    this.started.push(child);
    this.#answerFor(child);
  }

  #answerFor(child: ForeignActor): void {
    const { type, service } = partsOf(child.address);
    const { childId } = child.parent;
    const script = this.#scripts[childId] ?? this.#scripts[type];
    if (script === undefined) return;
    const { input } = child;
    const answer =
      typeof script === 'function' ? script(input as never, { type, service, childId, input }) : script;
    if (answer.kind !== 'hangs') this.end(child, answer);
  }

  /** Ends a child actor: its parent hears of it. */
  end(child: ForeignActor, answer: Exclude<Scripted, { kind: 'hangs' }>): void {
    const { address: to, childId } = child.parent;
    const ending =
      answer.kind === 'returns'
        ? {
            type: `xstate.done.actor.${childId}`,
            ...(answer.value === undefined ? {} : { output: asJson(answer.value) }),
          }
        : { type: `xstate.error.actor.${childId}`, error: answer.failure };
    child.ended = true;
    this.#post(answer.afterMs, {
      to,
      from: child.address,
      event: { ...ending, actorId: childId } as ActorEvent,
    });
  }
}
