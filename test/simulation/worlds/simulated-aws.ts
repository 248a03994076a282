/** The AWS double inside the simulation: its own logic, answered to the real SDK without HTTP and without real time. */
import type { Clock } from '#runtime/ports.ts';
import { AWS_ACTIONS } from '#services/aws-double/actions/aws-actions.ts';
import { AwsDouble } from '#services/aws-double/aws-double.ts';
import { Timings } from '#services/aws-double/cloud/timings.ts';
import { FaultPlan } from '#services/aws-double/faults/fault-rule.ts';
import { answerCall, type AnswerText } from '#services/aws-double/http/answer-call.ts';
import { Seed, type SeedInput } from '#services/aws-double/seed/seed-format.ts';
import { AwsError } from '#services/aws-double/wire/aws-error.ts';
import { encodeError } from '#services/aws-double/wire/response-xml.ts';
import { DEMO_ACCOUNTS, type Account } from '#services/clouddriver/accounts.ts';
import { activitiesOver } from '#services/clouddriver/catalog.ts';
import { createMemoryCasStore } from '#runtime/memory/memory-cas-store.ts';
import { createAwsProvider } from '#services/clouddriver/providers/aws/aws-provider.ts';
import type { AwsTransport } from '#services/clouddriver/providers/aws/aws-sessions.ts';
import { createCloudRates } from '#services/clouddriver/cloud-rates.ts';
import type { ActivityCatalog } from '#runtime/activity.ts';
import type { SeededRandom } from '../engine/seeded-random.ts';
import { UNSIGNED } from './unsigned-calls.ts';

/** Bodies of these three services are text. */
type Request = { headers: Record<string, string>; body?: string };
type Options = { abortSignal?: AbortSignal };
type Response = { response: { statusCode: number; headers: Record<string, string>; body: Uint8Array } };

const TRAVEL_MS_MAX = 120;
const REQUEST_TIMEOUT_MS = 20_000;
const RATE = { perSecond: 50, burst: 50 };
const text = new TextEncoder();

/** The demo's account behind a role, so that credentials are fetched, used and renewed, too. */
export const SIMULATED_ACCOUNT: Account = {
  ...(DEMO_ACCOUNTS[0] as Account),
  endpoint: 'http://aws.simulated',
  assumeRole: 'role/deployer',
};

export class SimulatedAws {
  /** What the double's credentials were: nobody may store them. */
  readonly secrets = new Set<string>(['not-checked']);
  /** Bugs of the double itself. */
  readonly complaints: string[] = [];
  readonly #double: AwsDouble;
  readonly #random: SeededRandom;
  readonly #casStore = createMemoryCasStore();
  readonly #refused: (body: string) => boolean;

  #nowMs: () => number = () => 0;

  /** @param args.refused calls that AWS refuses for good, by their body */
  constructor(args: {
    clock: Clock;
    random: SeededRandom;
    seed: SeedInput;
    refused: (body: string) => boolean;
  }) {
    this.#random = args.random;
    this.#refused = args.refused;
    this.#double = new AwsDouble({
      actions: AWS_ACTIONS,
      timings: timingsOf(args.random),
      now: () => this.#nowMs(),
    });
    // Made long ago: bad weather hides only what is new.
    this.#nowMs = () => args.clock.nowMs() - 3_600_000;
    this.#double.seed(Seed.parse(args.seed));
    this.#nowMs = () => args.clock.nowMs();
  }

  /** Bad weather, in shares of the calls. */
  setWeather(intensity: number): void {
    const rule = (fault: string, probability: number, more: object = {}) => ({
      fault,
      probability: probability * intensity,
      ...more,
    });
    const rules = [
      rule('throttle', 0.06),
      rule('error-503', 0.03),
      rule('error-500', 0.03, { afterEffect: true }),
      rule('reset-before', 0.02),
      rule('reset-after', 0.04),
      rule('stale-read', 0.1, { delayMs: 4_000 }),
      rule('delay', 0.03, { delayMs: 5_000 }),
      rule('delay', 0.005, { delayMs: REQUEST_TIMEOUT_MS + 5_000 }),
      rule('capacity', 0.3),
    ];
    this.#double.setFaults(FaultPlan.parse({ rules, seed: this.#random.between(1, 1_000_000) }));
  }

  endWeather(): void {
    this.#double.setFaults({ rules: [], seed: 1 });
  }

  get calls() {
    return this.#double.ledger.since(0);
  }

  get lives() {
    this.#double.progressAll();
    return this.#double.ledger.resources();
  }

  /** The cloud activities of one node: the real provider over the real SDK, on the node's own clock. */
  activities(node: { clock: Clock }): ActivityCatalog {
    const { clock } = node;
    const rateLimits = createCloudRates({ store: this.#casStore, clock, rateOf: () => RATE });
    const { provider } = createAwsProvider({
      accounts: [SIMULATED_ACCOUNT],
      timeouts: { connectMs: 3_000, requestMs: REQUEST_TIMEOUT_MS },
      rateLimits,
      clock,
      transport: this.#transport(clock),
      clientSettings: UNSIGNED,
    });
    return activitiesOver({ provider });
  }

  #transport(clock: Clock): AwsTransport {
    const handle = async (request: Request, { abortSignal }: Options = {}): Promise<Response> => {
      const body = request.body ?? '';
      await wait(clock, this.#random.between(0, TRAVEL_MS_MAX), abortSignal);
      const answer = this.#refused(body)
        ? refusal(body)
        : answerCall(this.#double, { authorization: request.headers['authorization'], body });
      this.#notice(answer);
      const delayMs = this.#random.between(0, TRAVEL_MS_MAX) + answer.delayMs;
      await wait(clock, Math.min(delayMs, REQUEST_TIMEOUT_MS), abortSignal);
      if (delayMs >= REQUEST_TIMEOUT_MS) throw named('TimeoutError', 'The request timed out.');
      if (answer.reset) throw Object.assign(named('Error', 'socket hang up'), { code: 'ECONNRESET' });
      const headers = { ...answer.headers };
      return { response: { statusCode: answer.status, headers, body: text.encode(answer.body) } };
    };
    const nothing = (): void => undefined;
    const transport = {
      handle,
      destroy: nothing,
      updateHttpClientConfig: nothing,
      httpHandlerConfigs: () => ({}),
    };
    return transport as unknown as AwsTransport;
  }

  #notice(answer: AnswerText): void {
    if (answer.body.includes('DoubleInternalError')) this.complaints.push(answer.body);
    if (!answer.body.includes('<SecretAccessKey>')) return;
    for (const [, secret] of answer.body.matchAll(/<(?:SecretAccessKey|SessionToken)>([^<]+)</g)) {
      if (secret) this.secrets.add(secret);
    }
  }
}

/** From a cloud that does everything at once to one that takes its time. */
function timingsOf(random: SeededRandom): Timings {
  const usual = Timings.parse({});
  const upTo = (limitMs: number): number => random.between(0, limitMs);
  return {
    ...usual,
    launchDelayMs: upTo(usual.launchDelayMs),
    pendingMs: upTo(usual.pendingMs),
    targetInitialMs: upTo(usual.targetInitialMs),
    deregistrationDelayMs: upTo(usual.deregistrationDelayMs),
    shutdownMs: upTo(usual.shutdownMs),
    groupDeleteMs: upTo(usual.groupDeleteMs),
  };
}

function refusal(body: string): AnswerText {
  const action = /(?:^|&)Action=(\w+)/.exec(body)?.[1] ?? '';
  const error = new AwsError('AccessDenied', 'The simulation does not allow this call.', 403);
  return {
    status: error.status,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': 'refused' },
    body: encodeError({ service: 'autoscaling', action, requestId: 'refused' }, error),
    delayMs: 0,
    reset: false,
  };
}

async function wait(clock: Clock, delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  await clock.sleep(delayMs, signal);
  if (signal?.aborted) throw named('AbortError', 'The request was aborted.');
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
