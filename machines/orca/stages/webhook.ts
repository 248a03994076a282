/** Calls a URL, and on request watches a status URL by durable timers until the other side is done. */
import type { Json, JsonObject } from '#contracts/json.ts';
import { WebhookMethod, type WebhookRequest, type WebhookResponse } from '#contracts/webhook.ts';
import { hasExpression } from '../expressions.ts';
import { parseJsonPath, readJsonPath } from '../json-path.ts';
import type { Problem } from '../problem.ts';
import {
  flagOf,
  numberOf,
  objectOf,
  printed,
  requireText,
  textOf,
  type StageContext,
} from '../stage-context.ts';
import { contextProblem, requireString } from '../stage-problems.ts';
import { StageFailed } from '../stage-failed.ts';
import type { StageType, TaskDefinition, TaskResult } from '../stage-type.ts';

const HOUR_MS = 3_600_000;
const POLL_MS = 5_000;
const POLL_MS_MIN = 1_000;
const RESOLUTIONS = ['getMethod', 'locationHeader', 'webhookResponse'];
const PATH_KEYS = ['statusUrlJsonPath', 'statusJsonPath', 'progressJsonPath'];

export const webhookStage: StageType = {
  type: 'webhook',
  validate: webhookProblems,
  prepare: (context) =>
    watches(context) ? { stageTimeoutMs: HOUR_MS + waitBeforeMs(context), ...context } : context,
  tasks: ({ own }) => [
    ...(flagOf(own['monitorOnly']) === true ? [] : [createWebhook]),
    ...(watches(own) && waitBeforeMs(own) > 0 ? [waitBeforeMonitor] : []),
    ...(watches(own) ? [monitorWebhook] : []),
  ],
};

const createWebhook: TaskDefinition = {
  name: 'createWebhook',
  kind: 'webhook',
  request: (context) =>
    requestOf(context, { url: requireText(context, 'url'), method: methodOf(context.own) }),
  onResponse: (context, response) => {
    const webhook = webhookOf(response);
    if (!isExpected(context, response)) return refused(response, { webhook });
    const statusUrl = watches(context.own) ? statusUrlOf(context, response) : undefined;
    const booked: JsonObject = { webhook: statusUrl === undefined ? webhook : { ...webhook, statusUrl } };
    return { status: 'SUCCEEDED', context: booked, outputs: booked };
  },
};

const waitBeforeMonitor: TaskDefinition = {
  name: 'waitBeforeMonitorWebhook',
  kind: 'timer',
  durationMs: (context) => waitBeforeMs(context.own),
};

const monitorWebhook: TaskDefinition = {
  name: 'monitorWebhook',
  kind: 'webhook',
  request: (context) => {
    const statusUrl = textOf(objectOf(context.own['webhook'])?.['statusUrl']) ?? requireText(context, 'url');
    return requestOf(context, { url: statusUrl, method: 'GET' });
  },
  onResponse: (context, response) => {
    const earlier = objectOf(context.own['webhook']) ?? {};
    const progress = pathValue(context, 'progressJsonPath', response.body);
    const monitor: JsonObject = { ...webhookOf(response), ...(progress === undefined ? {} : { progress }) };
    const booked: JsonObject = { webhook: { ...earlier, monitor } };
    if (response.statusCode < 200 || response.statusCode > 299) return refused(response, booked);
    if (textOf(context.own['statusJsonPath']) === undefined) {
      return { status: 'SUCCEEDED', context: booked, outputs: booked };
    }
    if (response.bodyTruncated === true) return refused(response, booked);
    const found = pathValue(context, 'statusJsonPath', response.body);
    return watchedResult(context, { found, booked });
  },
};

function watchedResult(
  context: StageContext,
  args: { found: Json | undefined; booked: JsonObject },
): TaskResult {
  const { found, booked } = args;
  const status = printed(found).toUpperCase();
  const listed = (key: string): boolean => statusesOf(context.own[key]).includes(status);
  if (listed('successStatuses')) return { status: 'SUCCEEDED', context: booked, outputs: booked };
  if (listed('canceledStatuses')) return { status: 'CANCELED', context: booked, outputs: booked };
  if (listed('terminalStatuses')) {
    const message = `The watched webhook ended with the status ${JSON.stringify(found)}, which is among terminalStatuses.`;
    return {
      status: 'TERMINAL',
      context: booked,
      outputs: booked,
      failure: { code: 'WEBHOOK_TERMINAL', message, kind: 'terminal' },
    };
  }
  const againAfterMs = Math.max(POLL_MS_MIN, numberOf(context.own['backoffPeriodMs']) ?? POLL_MS);
  return { status: 'RUNNING', context: booked, againAfterMs };
}

function requestOf(context: StageContext, call: { url: string; method: WebhookMethod }): WebhookRequest {
  const { own } = context;
  const sends = call.method !== 'GET' && call.method !== 'HEAD';
  const payload = own['payload'];
  const headers = Object.entries(objectOf(own['customHeaders']) ?? {});
  return {
    ...call,
    ...(sends && payload !== undefined && payload !== null ? { payload } : {}),
    headers: Object.fromEntries(headers.map(([name, value]) => [name, headerText(value)])),
    failFastStatusCodes: codesOf(own['failFastStatusCodes']),
    retryStatusCodes: codesOf(own['retryStatusCodes']),
    attemptsMaxByStatus: attemptsOf(own['retries']),
  };
}

function headerText(value: Json): string {
  if (Array.isArray(value)) return value.map(headerText).join(', ');
  return printed(value);
}

function methodOf(context: JsonObject): WebhookMethod {
  const parsed = WebhookMethod.safeParse((textOf(context['method']) ?? 'POST').toUpperCase());
  if (parsed.success) return parsed.data;
  throw new StageFailed(
    'STAGE_CONTEXT_INVALID',
    `The method ${printed(context['method'])} is not supported.`,
  );
}

/** `{ "404": { "maxAttempts": 3 } }` */
function attemptsOf(retries: Json | undefined): Record<string, number> {
  const entries = Object.entries(objectOf(retries) ?? {}).map(([code, rule]) => {
    return [code, numberOf(objectOf(rule)?.['maxAttempts'])] as const;
  });
  return Object.fromEntries(
    entries.flatMap(([code, most]) => (most !== undefined && most > 0 ? [[code, most]] : [])),
  );
}

function codesOf(value: Json | undefined): number[] {
  return (Array.isArray(value) ? value : []).flatMap((item) => {
    const code = numberOf(item);
    return code === undefined ? [] : [code];
  });
}

function isExpected(context: StageContext, { statusCode }: WebhookResponse): boolean {
  const expected = codesOf(context.own['expectedStatusCodes']);
  return expected.length > 0 ? expected.includes(statusCode) : statusCode >= 200 && statusCode <= 299;
}

function refused(response: WebhookResponse, booked: JsonObject): TaskResult {
  const body = typeof response.body === 'string' ? response.body : JSON.stringify(response.body);
  return {
    status: 'TERMINAL',
    context: booked,
    outputs: booked,
    failure: {
      code: 'WEBHOOK_STATUS',
      message: `The webhook answered with the status ${response.statusCode}${response.bodyTruncated ? ' and too long a body' : ''}: ${body.slice(0, 512)}`,
      kind: 'terminal',
    },
  };
}

function webhookOf({ statusCode, body, headers }: WebhookResponse): JsonObject {
  return { statusCode, statusCodeValue: statusCode, body, headers };
}

/** Where to look for the status. @throws StageFailed when the answer does not say it */
function statusUrlOf(context: StageContext, response: WebhookResponse): string {
  const resolution = textOf(context.own['statusUrlResolution']) ?? 'getMethod';
  if (resolution === 'getMethod') return requireText(context, 'url');
  const found =
    resolution === 'locationHeader'
      ? response.headers['location']
      : pathValue(context, 'statusUrlJsonPath', response.body);
  if (typeof found === 'string' && found !== '') return found;
  throw new StageFailed(
    'WEBHOOK_STATUS_URL_MISSING',
    `The webhook's answer names no status URL (statusUrlResolution is '${resolution}'). Check the service, or set statusUrlResolution.`,
  );
}

function pathValue(context: StageContext, key: string, body: Json): Json | undefined {
  const path = textOf(context.own[key]);
  return path === undefined ? undefined : readJsonPath(body, path);
}

function statusesOf(value: Json | undefined): string[] {
  const texts = Array.isArray(value) ? value.map(printed) : (textOf(value) ?? '').split(',');
  return texts.map((text) => text.trim().toUpperCase()).filter((text) => text !== '');
}

function watches(context: JsonObject): boolean {
  return flagOf(context['waitForCompletion']) === true || flagOf(context['monitorOnly']) === true;
}

function waitBeforeMs(context: JsonObject): number {
  return Math.max(0, numberOf(context['waitBeforeMonitor']) ?? 0) * 1_000;
}

function webhookProblems(context: JsonObject): Problem[] {
  const problems = requireString(context, 'url', 'https://ci.example.com/hooks/deploy');
  const method = textOf(context['method']) ?? 'POST';
  if (!hasExpression(method) && !WebhookMethod.safeParse(method.toUpperCase()).success) {
    problems.push(
      contextProblem(
        'method',
        `The method '${method}' is not supported.`,
        `Use one of: ${WebhookMethod.options.join(', ')}.`,
      ),
    );
  }
  const resolution = context['statusUrlResolution'];
  if (resolution !== undefined && !hasExpression(resolution) && !RESOLUTIONS.includes(printed(resolution))) {
    problems.push(
      contextProblem(
        'statusUrlResolution',
        `There is no statusUrlResolution ${JSON.stringify(resolution)}.`,
        `Use one of: ${RESOLUTIONS.join(', ')}.`,
      ),
    );
  }
  for (const key of PATH_KEYS) {
    const path = textOf(context[key]);
    if (path !== undefined && !hasExpression(path) && parseJsonPath(path) === null) {
      problems.push(
        contextProblem(
          key,
          `The JSON path '${path}' is not supported.`,
          'Use names and positions: $.jobs[0].state.',
        ),
      );
    }
  }
  return problems;
}
