import { describe, expect, it } from 'vitest';
import { childEnvironment, readConfig } from '#services/cli/config.ts';

describe('readConfig', () => {
  it.each([
    [{}, undefined],
    [{ NO_COLOR: '1' }, false],
    [{ NO_COLOR: '' }, undefined],
    [{ FORCE_COLOR: '1' }, true],
    [{ FORCE_COLOR: '0' }, false],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  ])('reads %j as colour %s', (environment, colour) => {
    expect(readConfig(environment).colour).toBe(colour);
  });

  it('takes an empty variable for none', () => {
    expect(readConfig({ NATS_URL: '', WINDLASS_USER: '', USER: 'ada' })).toMatchObject({
      natsUrl: undefined,
      user: 'ada',
    });
  });
});

describe('childEnvironment', () => {
  it('hands on what is here, with changes', () => {
    const environment = childEnvironment({ ADDED: 'yes', PATH: undefined });
    expect(environment['ADDED']).toBe('yes');
    expect(environment['PATH']).toBeUndefined();
    expect(environment['HOME']).toBe(process.env['HOME']);
  });
});
