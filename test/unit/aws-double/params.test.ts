import { describe, expect, it } from 'vitest';
import { AwsError } from '#services/aws-double/wire/aws-error.ts';
import { decodeForm, Params } from '#services/aws-double/wire/params.ts';

describe('decodeForm', () => {
  it('makes lists of numbered parts when they come in any order', () => {
    expect(decodeForm('Filter.2.Name=b&Filter.1.Name=a&Filter.1.Value.10=y&Filter.1.Value.9=x')).toEqual({
      Filter: [{ Name: 'a', Value: ['x', 'y'] }, { Name: 'b' }],
    });
  });

  it('drops the part `member` when a list is of the Query flavour', () => {
    expect(decodeForm('Tags.member.1.Key=app&Tags.member.1.Value=a%26b&Names.member.1=x')).toEqual({
      Tags: [{ Key: 'app', Value: 'a&b' }],
      Names: ['x'],
    });
  });

  it('keeps a plain text when there is nothing to nest', () => {
    expect(decodeForm('Action=DescribeVpcs&Empty=')).toEqual({ Action: 'DescribeVpcs', Empty: '' });
  });
});

describe('Params', () => {
  it('refuses as AWS does when a required parameter is missing or no number', () => {
    const params = new Params({ MinSize: 'two' });
    expect(() => params.required('Name')).toThrow(AwsError);
    expect(() => params.integer('MinSize')).toThrow(/not an integer/);
  });

  it('reads an empty list when a list is absent or sent empty', () => {
    const params = new Params({ Sent: '' });
    expect([params.texts('Sent'), params.texts('Absent'), params.nodes('Sent')]).toEqual([[], [], []]);
  });
});
