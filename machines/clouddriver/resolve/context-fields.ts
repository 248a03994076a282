/** Fields of a stage's context as people write them: empty strings mean absent, numbers may be text. */
import { z } from 'zod';
import type { AccountDirectory } from '../account-directory.ts';

const absentWhenEmpty = (value: unknown) => (value === '' || value === null ? undefined : value);

const BOOLEANS: Readonly<Record<string, boolean>> = { true: true, false: false };
const asBoolean = (value: unknown) =>
  typeof value === 'string' ? (BOOLEANS[value] ?? absentWhenEmpty(value)) : absentWhenEmpty(value);
const asNumber = (value: unknown) =>
  typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : absentWhenEmpty(value);

export const optionalText = z.preprocess(absentWhenEmpty, z.coerce.string().optional());
export const optionalBoolean = z.preprocess(asBoolean, z.boolean().optional());
export const optionalCount = z.preprocess(asNumber, z.number().int().nonnegative().optional());
export const optionalPercentage = z.preprocess(asNumber, z.number().min(0).max(100).optional());
export const optionalTexts = z.preprocess(absentWhenEmpty, z.array(z.string()).optional());

export const optionalCapacity = z.preprocess(
  absentWhenEmpty,
  z.object({ min: optionalCount, max: optionalCount, desired: optionalCount }).optional(),
);

/** The account by any of the names Spinnaker allows. */
export const accountFields = { credentials: optionalText, account: optionalText, accountName: optionalText };

type AccountFields = {
  credentials?: string | undefined;
  account?: string | undefined;
  accountName?: string | undefined;
};

/**
 * The account meant. `credentials` wins; it may be the account's name while `account` is a label of another system,
 * so whichever names a known account is taken.
 */
export function accountOf(fields: AccountFields, accounts: AccountDirectory): string | undefined {
  const given = [fields.credentials, fields.account, fields.accountName].filter((name) => name !== undefined);
  return given.find((name) => accounts.some((account) => account.name === name)) ?? given[0];
}

/** `<description>.<field>.invalid` for each field that does not parse. */
export function fieldErrors(description: string, error: z.ZodError): string[] {
  return [
    ...new Set(error.issues.map((issue) => `${description}.${issue.path.join('.') || 'context'}.invalid`)),
  ];
}

/** Drops absent fields, which JSON cannot hold. */
export function present<Fields extends Record<string, unknown>>(fields: Fields): PresentFields<Fields> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as PresentFields<Fields>;
}

type PresentFields<Fields> = {
  [K in keyof Fields as undefined extends Fields[K] ? K : never]?: Exclude<Fields[K], undefined>;
} & { [K in keyof Fields as undefined extends Fields[K] ? never : K]: Fields[K] };
