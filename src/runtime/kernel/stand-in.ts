/** Stand-ins for actors inside a step: they can be passed around and compared, and do nothing. */
import type { ActorReference, LiveSnapshot } from './xstate-internals.ts';

export type StandInReference = ActorReference & {
  _parent: ActorReference | undefined;
  _snapshot: LiveSnapshot | undefined;
};

/** A reference that can be passed around and compared, and does nothing. */
export function standIn(args: {
  id: string;
  sessionId: string;
  system: object;
  parent?: ActorReference | undefined;
  src?: string;
  systemId?: string | undefined;
}): StandInReference {
  const reference = {
    id: args.id,
    sessionId: args.sessionId,
    src: args.src ?? args.id,
    systemId: args.systemId,
    system: args.system,
    _parent: args.parent,
    _snapshot: undefined as LiveSnapshot | undefined,
    send: refuseSend,
    getSnapshot: () => reference._snapshot ?? { status: 'active', output: undefined, error: undefined },
    getPersistedSnapshot: () => undefined,
    on: subscription,
    subscribe: subscription,
    start: ignore,
    stop: ignore,
    toJSON: () => ({ xstate$$type: 1, id: args.id }),
    ref: undefined as unknown,
  };
  reference.ref = reference;
  return reference;
}

export function ignore(): void {}

export function subscription() {
  return { unsubscribe: ignore };
}

export function refuseSend(): never {
  throw new Error(
    'send() was called inside a step, where nothing can be sent. Use the sendTo action instead.',
  );
}
