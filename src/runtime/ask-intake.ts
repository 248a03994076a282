/**
 * Direct asks to the actors of one owned partition.
 *
 * Q1 Nothing is taken before all that was in the ingress when the partition was taken over is applied: it may hold an
 *    ask that the owner before has decided.
 * Q2 What the asker put into the ingress for the actor before goes first: its asks are declined until that is read, or
 *    the record's watermark says that an owner before has applied it.
 * Q3 Whoever is not answered after a commit is told that it is declined, or hears nothing.
 */
import type { DirectAsk } from '#contracts/direct-ask.ts';
import type { Envelope } from '#contracts/envelope.ts';
import type { OpenEntries } from './open-entries.ts';
import type { Replies } from './ports.ts';

export type AskIntakeOptions = {
  entries: OpenEntries;
  replies: Replies;
  isDropped: () => boolean;
  /** Applies an envelope; false when it was not, and must come by the ingress. */
  give: (envelope: Envelope, after?: number) => Promise<boolean>;
};

export class AskIntake {
  readonly #options: AskIntakeOptions;
  #caughtUp: Promise<boolean> | undefined;
  #isCaughtUp = false;

  constructor(options: AskIntakeOptions) {
    this.#options = options;
  }

  take(ask: DirectAsk): void {
    if (this.#isCaughtUp) {
      this.#take(ask);
      return;
    }
    const { entries, isDropped } = this.#options;
    this.#caughtUp ??= entries.caughtUp(isDropped);
    void this.#caughtUp.then((isCaughtUp) => {
      this.#isCaughtUp = isCaughtUp;
      this.#take(ask);
    });
  }

  #take({ envelope, after }: DirectAsk): void {
    const { entries, isDropped, give } = this.#options;
    if (isDropped()) {
      this.#decline(envelope);
      return;
    }
    const isRead = after === undefined || entries.isRead('ingress', after);
    void give(envelope, isRead ? undefined : after).then((isTaken) => {
      if (!isTaken) this.#decline(envelope);
    });
  }

  #decline(envelope: Envelope): void {
    if ('replyTo' in envelope && envelope.replyTo !== undefined)
      this.#options.replies.reply(envelope.replyTo, { outcome: 'declined' });
  }
}
