/**
 * Settings of the SDK's clients in a simulation: what the SDK would look up in the environment and in files for each
 * client is given, and calls are not signed. The double does not check signatures; that the SDK signs is shown by the
 * tests over HTTP. Who calls, with which credentials, is in every call all the same.
 */
import type { AwsClientSettings } from '#services/clouddriver/providers/aws/aws-sessions.ts';

type SignerOptions = ConstructorParameters<NonNullable<AwsClientSettings['signerConstructor']>>[0];
type Signer = InstanceType<NonNullable<AwsClientSettings['signerConstructor']>>;
type Request = Parameters<Signer['sign']>[0];

/** Fetches credentials as the SDK's signer does, and names them and the scope of the call. */
class ScopeSigner implements Signer {
  readonly #options: SignerOptions;

  constructor(options: SignerOptions) {
    this.#options = options;
  }

  async sign(request: Request): Promise<Request> {
    const { credentials, region, service } = this.#options;
    const { accessKeyId, sessionToken } =
      typeof credentials === 'function' ? await credentials() : credentials;
    const scope = `${accessKeyId}/20260101/${String(region)}/${service}/aws4_request`;
    request.headers['authorization'] =
      `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`;
    if (sessionToken !== undefined) request.headers['x-amz-security-token'] = sessionToken;
    return request;
  }
}

export const UNSIGNED: AwsClientSettings = {
  signerConstructor: ScopeSigner,
  authSchemePreference: async () => [],
  // What the SDK reads from files at the first call of a process takes real time, and a seed must not depend on that.
  disableClockSkewCorrection: true,
  defaultUserAgentProvider: async () => [['windlass-simulation', '1']],
  defaultsMode: 'standard',
  retryMode: 'standard',
  useDualstackEndpoint: false,
  useFipsEndpoint: false,
  userAgentAppId: async () => undefined,
};
