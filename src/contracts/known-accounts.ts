/** The cloud accounts that Clouddriver serves, as it announces them: names and regions, nothing secret. */
import { z } from 'zod';

export const KnownAccounts = z.object({
  v: z.literal(1),
  accounts: z.array(z.object({ name: z.string(), regions: z.array(z.string()) })),
});
export type KnownAccounts = z.infer<typeof KnownAccounts>;
