/**
 * STS: roles in other accounts. The credentials carry the account in the access key, so later calls land there.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
import { AwsError, validationError } from '../wire/aws-error.ts';
import { accessKeyOf } from '../wire/credential-scope.ts';
import { timeText } from '../wire/response-xml.ts';
import type { Action, ActionTable } from './action.ts';

const DURATION_DEFAULT_S = 3_600;

const assumeRole: Action = ({ params, scope, nowMs, cloud, knownAccounts }) => {
  const roleArn = params.required('RoleArn');
  const session = params.required('RoleSessionName');
  const [, account, role] = /^arn:aws:iam::(\d{12}):role\/(.+)$/.exec(roleArn) ?? [];
  if (account === undefined || role === undefined) throw validationError(`${roleArn} is invalid`);
  if (knownAccounts !== undefined && !knownAccounts.has(account)) {
    throw new AwsError(
      'AccessDenied',
      `User: arn:aws:iam::${scope.account}:root is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
      403,
    );
  }
  const lifeMs = (params.integer('DurationSeconds') ?? DURATION_DEFAULT_S) * 1_000;
  return {
    Credentials: {
      AccessKeyId: accessKeyOf(account),
      SecretAccessKey: cloud.newDigits(40),
      SessionToken: cloud.newDigits(64),
      Expiration: timeText(nowMs + lifeMs),
    },
    AssumedRoleUser: {
      AssumedRoleId: `AROAWINDLASSDOUBLE000:${session}`,
      Arn: `arn:aws:sts::${account}:assumed-role/${role}/${session}`,
    },
    PackedPolicySize: 0,
  };
};

const getCallerIdentity: Action = ({ scope }) => ({
  Account: scope.account,
  UserId: scope.account,
  Arn: `arn:aws:iam::${scope.account}:root`,
});

export const STS_ACTIONS: ActionTable = { AssumeRole: assumeRole, GetCallerIdentity: getCallerIdentity };
