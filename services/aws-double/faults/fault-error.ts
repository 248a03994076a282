/** Faults in the words of AWS. @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html */
import { AwsError } from '../wire/aws-error.ts';
import type { ServiceCode } from '../wire/credential-scope.ts';
import type { FaultHit } from './fault-plan.ts';

export /** What a fault makes the caller hear, if it makes it hear anything. */
function errorOfFault(service: ServiceCode, hit: FaultHit | undefined): AwsError | undefined {
  switch (hit?.rule.fault) {
    case 'throttle':
      return service === 'ec2'
        ? new AwsError('RequestLimitExceeded', 'Request limit exceeded.', 503)
        : new AwsError('Throttling', 'Rate exceeded');
    case 'error-500':
      return service === 'ec2'
        ? new AwsError('InternalError', 'An internal error has occurred', 500)
        : new AwsError(
            'InternalFailure',
            'The request processing has failed because of an unknown error.',
            500,
          );
    case 'error-503':
      return service === 'ec2'
        ? new AwsError('Unavailable', 'The server is overloaded and can not handle the request.', 503)
        : new AwsError(
            'ServiceUnavailable',
            'The request has failed due to a temporary failure of the server.',
            503,
          );
    default:
      return undefined;
  }
}
