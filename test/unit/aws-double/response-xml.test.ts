import { XMLParser } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { AwsError } from '#services/aws-double/wire/aws-error.ts';
import { encodeError, encodeResult, items, members } from '#services/aws-double/wire/response-xml.ts';

const parser = new XMLParser({ ignoreAttributes: true });

describe('answers', () => {
  it('put the members straight into the response when the service is EC2', () => {
    const xml = encodeResult(
      { service: 'ec2', action: 'DescribeVpcs', requestId: 'r' },
      { vpcSet: items([{ a: 1 }]) },
    );
    expect(parser.parse(xml)).toMatchObject({
      DescribeVpcsResponse: { requestId: 'r', vpcSet: { item: { a: 1 } } },
    });
  });

  it('wrap the members in a result when the service is another', () => {
    const answer = { service: 'autoscaling', action: 'DescribeTags', requestId: 'r' } as const;
    const xml = encodeResult(answer, { Tags: members([{ Key: '<&>"' }]), NextToken: undefined });
    expect(parser.parse(xml)).toMatchObject({
      DescribeTagsResponse: {
        DescribeTagsResult: { Tags: { member: { Key: '<&>"' } } },
        ResponseMetadata: { RequestId: 'r' },
      },
    });
    expect(xml).not.toContain('NextToken');
  });

  it('name sender and receiver of an error', () => {
    const answer = { service: 'autoscaling', action: 'X', requestId: 'r' } as const;
    expect(encodeError(answer, new AwsError('Throttling', 'slow'))).toContain('<Type>Sender</Type>');
    expect(encodeError(answer, new AwsError('InternalFailure', 'bad', 500))).toContain(
      '<Type>Receiver</Type>',
    );
  });
});
