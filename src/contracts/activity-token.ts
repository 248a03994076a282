/** Names one attempt of an activity to whoever ends it from outside a worker. Opaque to its holder. */
import { z } from 'zod';
import { Address } from './address.ts';

export const ActivityToken = z.object({
  v: z.literal(1),
  actor: Address,
  childId: z.string().min(1),
  birth: z.number().int().nonnegative(),
  attempt: z.number().int().positive(),
  /** Which life of the actor it is for. */
  life: z.number().int().optional(),
  /** The machine expects a reference to its output. */
  largeOutput: z.literal(true).optional(),
});
export type ActivityToken = z.infer<typeof ActivityToken>;

/** The token as text: letters, digits, `-` and `_`. It is no secret: whoever may publish to the bus needs none. */
export function encodeActivityToken(token: ActivityToken): string {
  return Buffer.from(JSON.stringify(ActivityToken.parse(token))).toString('base64url');
}

/** Null when the text is no token, or one of a later version. */
export function decodeActivityToken(text: string): ActivityToken | null {
  try {
    const token = ActivityToken.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    return token.success ? token.data : null;
  } catch {
    return null;
  }
}
