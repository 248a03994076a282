/** Key pairs, by name. Key pairs are seeded. */
import type { Resource } from './resource.ts';

export interface KeyPair extends Resource {
  readonly name: string;
  readonly fingerprint: string;
}
