/**
 * Answers as XML, in the two flavours of the Query protocol: EC2 puts the members straight into the response
 * element and calls list entries `item`; the others wrap them in a result element and call entries `member`.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html
 * @see https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
import { XMLBuilder } from 'fast-xml-parser';
import type { AwsError } from './aws-error.ts';
import type { ServiceCode } from './credential-scope.ts';

export type XmlNode = string | number | boolean | undefined | XmlNode[] | { [name: string]: XmlNode };

const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  suppressBooleanAttributes: false,
});

const NAMESPACES: Record<ServiceCode, string> = {
  ec2: 'http://ec2.amazonaws.com/doc/2016-11-15/',
  autoscaling: 'http://autoscaling.amazonaws.com/doc/2011-01-01/',
  elasticloadbalancing: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
};

export interface Answer {
  readonly service: ServiceCode;
  readonly action: string;
  readonly requestId: string;
}

/** A list of the EC2 flavour. */
export function items(list: XmlNode[]): XmlNode {
  return { item: list };
}

/** A list of the Query flavour. */
export function members(list: XmlNode[]): XmlNode {
  return { member: list };
}

/** A time as all four services write it. */
export function timeText(atMs: number | undefined): string | undefined {
  return atMs === undefined ? undefined : new Date(atMs).toISOString();
}

export function encodeResult(answer: Answer, result: { [name: string]: XmlNode }): string {
  const xmlns = NAMESPACES[answer.service];
  if (answer.service === 'ec2') {
    return build({
      [`${answer.action}Response`]: { '@xmlns': xmlns, requestId: answer.requestId, ...result },
    });
  }
  return build({
    [`${answer.action}Response`]: {
      '@xmlns': xmlns,
      [`${answer.action}Result`]: result,
      ResponseMetadata: { RequestId: answer.requestId },
    },
  });
}

export function encodeError(answer: Answer, error: AwsError): string {
  const { code, message, status } = error;
  if (answer.service === 'ec2') {
    return build({
      Response: { Errors: { Error: { Code: code, Message: message } }, RequestID: answer.requestId },
    });
  }
  return build({
    ErrorResponse: {
      '@xmlns': NAMESPACES[answer.service],
      Error: { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message },
      RequestId: answer.requestId,
    },
  });
}

function build(document: { [name: string]: XmlNode }): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${String(builder.build(withoutUndefined(document)))}`;
}

/** Members that are absent are left out; the builder would write them as empty elements. */
function withoutUndefined(node: XmlNode): XmlNode {
  if (Array.isArray(node)) return node.filter((entry) => entry !== undefined).map(withoutUndefined);
  if (typeof node !== 'object') return node;
  const kept: { [name: string]: XmlNode } = {};
  for (const [name, value] of Object.entries(node)) {
    if (value !== undefined) kept[name] = withoutUndefined(value);
  }
  return kept;
}
