/** A refusal as AWS words it: the code is what clients decide on, the message is for people. */

/** `status` is the HTTP status; 4xx is the caller's fault ("Sender"), 5xx is AWS's ("Receiver"). */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** Auto Scaling's code for nearly every refusal, "not found" included. */
export function validationError(message: string): AwsError {
  return new AwsError('ValidationError', message);
}

/** EC2 and ELBv2 call a required parameter that is absent `MissingParameter`, Auto Scaling a validation error. */
export function missingParameter(name: string): AwsError {
  return new AwsError('MissingParameter', `The request must contain the parameter ${name}`);
}
