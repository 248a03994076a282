import { describe, expect, it } from 'vitest';
import type { FailureKind } from '#contracts/failure.ts';
import { awsFailure, isAlreadyExists, isNotFound } from '#services/clouddriver/providers/aws/aws-failure.ts';

const NOW_MS = 1_000_000_000;
const WRITE = { doing: 'CreateAutoScalingGroup app-v001', effect: 'write', nowMs: NOW_MS } as const;

/** As the SDK throws it: the code as name, the status in the metadata. */
function sdkError(name: string, message = 'said AWS', status = 400): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status, requestId: 'r-1' } });
}

function socketError(code: string): Error {
  return Object.assign(new Error(`${code} 10.0.0.1:443`), { code });
}

function kindOf(error: unknown, more: object = {}): FailureKind {
  return awsFailure(error, { ...WRITE, ...more }).failure.kind;
}

describe('AWS errors as failures', () => {
  it.each<[string, Error, FailureKind]>([
    ['a throttle of Auto Scaling', sdkError('Throttling'), 'throttle'],
    ['a throttle of EC2, though it is a 503', sdkError('RequestLimitExceeded', 'slow down', 503), 'throttle'],
    ['any 429', sdkError('Odd', 'odd', 429), 'throttle'],
    ['a request that could not be sent', socketError('ECONNREFUSED'), 'transient'],
    ['a name that does not resolve', socketError('ENOTFOUND'), 'transient'],
    [
      'a connection that was never made',
      sdkError('TimeoutError', 'Socket timed out without establishing a connection'),
      'transient',
    ],
    ['a lost reply', socketError('ECONNRESET'), 'unknown-outcome'],
    ['a request timeout', sdkError('TimeoutError', 'no answer', 0), 'unknown-outcome'],
    ['an internal error', sdkError('InternalFailure', 'oops', 500), 'unknown-outcome'],
    ['an unavailable service', sdkError('ServiceUnavailable', 'later', 503), 'unknown-outcome'],
    ['a resource that changes', sdkError('ScalingActivityInProgressFault'), 'busy'],
    [
      'a group that is being deleted',
      sdkError('AlreadyExistsFault', 'a group with this name is pending delete'),
      'busy',
    ],
    ['contention', sdkError('ResourceContentionFault', 'busy', 500), 'busy'],
    ['a dependency', sdkError('DependencyViolation'), 'busy'],
    ['no room, though it is a 500', sdkError('InsufficientInstanceCapacity', 'none left', 500), 'capacity'],
    ['stale credentials', sdkError('ExpiredTokenException'), 'transient'],
    ['a clock that is wrong', sdkError('RequestExpired'), 'transient'],
    ['a wrong parameter', sdkError('ValidationError', 'min > max'), 'terminal'],
    ['an unknown image', sdkError('InvalidAMIID.NotFound'), 'terminal'],
    ['a missing permission', sdkError('UnauthorizedOperation', 'no', 403), 'terminal'],
    ['a quota', sdkError('LimitExceededFault'), 'terminal'],
    ["IAM's quota, which the SDK takes for a throttle", sdkError('LimitExceededException'), 'terminal'],
    ['a token used for something else', sdkError('IdempotentParameterMismatch'), 'terminal'],
    ['a name in use', sdkError('AlreadyExistsFault'), 'terminal'],
    ['an error nobody has listed', sdkError('QuantumFlux'), 'unknown-outcome'],
  ])('takes %s as %s', (_, error, kind) => {
    expect(kindOf(error)).toBe(kind);
  });

  it('marks an unlisted error, so that it is counted and added', () => {
    expect(awsFailure(sdkError('QuantumFlux'), WRITE).failure).toMatchObject({
      code: 'AWS_QUANTUM_FLUX',
      details: { unlisted: true, awsCode: 'QuantumFlux', requestId: 'r-1' },
    });
    expect(awsFailure(sdkError('Throttling'), WRITE).failure.details).not.toHaveProperty('unlisted');
  });

  it('knows that a read without an answer changed nothing', () => {
    expect(kindOf(socketError('ECONNRESET'), { effect: 'read' })).toBe('transient');
    expect(kindOf(sdkError('QuantumFlux'), { effect: 'read' })).toBe('transient');
  });

  it('waits for what we made ourselves, for five minutes', () => {
    const missing = sdkError('ValidationError', 'AutoScalingGroup name not found - app-v001');
    expect(kindOf(missing, { createdAtMs: NOW_MS - 10_000 })).toBe('not-visible-yet');
    expect(kindOf(missing, { createdAtMs: NOW_MS - 301_000 })).toBe('terminal');
    expect(kindOf(missing)).toBe('terminal');
    const profile = sdkError('ValidationError', 'Invalid IamInstanceProfile: web');
    expect(kindOf(profile, { createdAtMs: NOW_MS - 10_000 })).toBe('not-visible-yet');
  });

  it('writes stable codes and messages that say what was tried and what follows', () => {
    const { failure } = awsFailure(
      sdkError('InvalidAMIID.NotFound', "The image id '[ami-0]' does not exist"),
      WRITE,
    );
    expect(failure.code).toBe('AWS_INVALID_AMIID_NOT_FOUND');
    expect(failure.message).toBe(
      "CreateAutoScalingGroup app-v001: The image id '[ami-0]' does not exist Trying again cannot help: correct the request or the permissions.",
    );
    expect(awsFailure(sdkError('AlreadyExistsFault'), WRITE).failure.code).toBe('AWS_ALREADY_EXISTS');
    expect(awsFailure(sdkError('Throttling'), WRITE).failure.retryAfterMs).toBe(1_000);
  });

  it('recognises the many spellings of "exists" and "not there"', () => {
    const exists = [
      'AlreadyExistsFault',
      'InvalidLaunchTemplateName.AlreadyExistsException',
      'InvalidGroup.Duplicate',
      'InvalidPermission.Duplicate',
    ];
    const missing = [
      'InvalidLaunchTemplateId.NotFound',
      'InvalidLaunchTemplateName.NotFoundException',
      'TargetGroupNotFoundException',
    ];
    expect(exists.filter((name) => !isAlreadyExists(sdkError(name)))).toEqual([]);
    expect(missing.filter((name) => !isNotFound(sdkError(name)))).toEqual([]);
    expect(isNotFound(sdkError('ValidationError', 'min > max'))).toBe(false);
  });
});
