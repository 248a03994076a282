/** A contract of any shape, for constraints only. */
import type { z } from 'zod';
import type { Contract } from './contract.ts';

export type AnyContract = Pick<Contract, 'id' | 'version' | 'checks'> & {
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  readonly context: z.ZodType;
  readonly events: Contract['events'];
  readonly emits: Contract['emits'];
  readonly types: object;
};
