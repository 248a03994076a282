/** The cloud accounts that Clouddriver may use: a YAML or JSON file, checked field by field. */
import { isNode, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import type { AccountDirectory } from '#machines/clouddriver/account-directory.ts';

const Rate = z.strictObject({
  perSecond: z.number().positive().max(10_000),
  burst: z.number().int().positive().max(10_000).optional(),
});

const Region = z.union([
  z
    .string()
    .min(1)
    .transform((name) => ({ name, availabilityZones: [] as string[] })),
  z.strictObject({
    name: z.string().regex(/^[a-z0-9-]{1,32}$/, 'a region name has lower-case letters, digits and "-"'),
    /** Zones that may be used; empty: all of the region. */
    availabilityZones: z.array(z.string().min(1)).default([]),
  }),
]);

const Account = z.strictObject({
  /** The name pipelines use, as `credentials`. */
  name: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,40}$/, 'an account name has letters, digits, "-" and "_", at most 40'),
  accountId: z
    .string()
    .regex(/^\d{12}$/, 'an account id has 12 digits (in quotes, so that YAML keeps leading zeros)'),
  provider: z.literal('aws').default('aws'),
  regions: z.array(Region).min(1, 'name at least one region'),
  /** Role name, or its whole ARN. Absent: the credentials of the process are used as they are. */
  assumeRole: z.string().min(1).optional(),
  externalId: z.string().min(1).optional(),
  sessionName: z
    .string()
    .regex(/^[\w+=,.@-]{2,64}$/, 'a session name has 2 to 64 of letters, digits and _+=,.@-')
    .default('Windlass'),
  /** Another endpoint than AWS: the AWS double, moto, a proxy. */
  endpoint: z.url().optional(),
  defaultKeyPair: z.string().min(1).optional(),
  /** Calls per second, by service (`ec2`, `autoscaling`, `elasticloadbalancing`, `sts`) or `default`. */
  rateLimits: z
    .record(z.enum(['default', 'ec2', 'autoscaling', 'elasticloadbalancing', 'sts']), Rate.optional())
    .optional(),
});
export type Account = z.infer<typeof Account>;

const AccountsFile = z.strictObject({ accounts: z.array(Account).min(1, 'name at least one account') });

/** The accounts file cannot be used. The message lists every fault with its place. */
export class AccountsError extends Error {
  override readonly name = 'AccountsError';
  readonly code = 'ACCOUNTS_INVALID';
  readonly faults: readonly string[];
  constructor(fileName: string, faults: readonly string[]) {
    super(
      `The accounts file ${fileName} cannot be used:\n- ${faults.join('\n- ')}\nCorrect it and start again.`,
    );
    this.faults = faults;
  }
}

/** Used when no file is given: one account, served by the AWS double. */
export const DEMO_ACCOUNTS: readonly Account[] = AccountsFile.parse({
  accounts: [{ name: 'test', accountId: '123456789012', regions: ['us-east-1', 'us-east-2', 'us-west-2'] }],
}).accounts;

/**
 * Reads accounts from YAML or JSON text (JSON is YAML).
 * @throws AccountsError naming line and field of every fault
 */
export function parseAccounts(text: string, fileName: string): readonly Account[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    throw new AccountsError(
      fileName,
      document.errors.map(({ message }) => message.split('\n')[0] ?? message),
    );
  }
  const parsed = AccountsFile.safeParse(document.toJS());
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => {
      const node = nodeAt(document, issue.path);
      const line = node === undefined ? '' : `line ${lines.linePos(node).line}, `;
      return `${line}${pathText(issue.path)}: ${issue.message}`;
    });
    throw new AccountsError(fileName, faults);
  }
  const names = parsed.data.accounts.map(({ name }) => name);
  const repeated = names.filter((name, index) => names.indexOf(name) !== index);
  if (repeated.length > 0) {
    throw new AccountsError(fileName, [
      `accounts: the name '${repeated[0] ?? ''}' is used twice; names must differ`,
    ]);
  }
  return parsed.data.accounts;
}

/** Where the nearest existing node of a path starts. */
function nodeAt(
  document: ReturnType<typeof parseDocument>,
  path: readonly PropertyKey[],
): number | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return undefined;
}

function pathText(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the file';
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${String(part)}`))
    .join('');
}

/** The part of the accounts that machines may know. */
export function accountDirectoryOf(accounts: readonly Account[]): AccountDirectory {
  return accounts.map(({ name, accountId, regions, defaultKeyPair }) => ({
    name,
    accountId,
    regions,
    ...(defaultKeyPair === undefined ? {} : { defaultKeyPair }),
  }));
}
