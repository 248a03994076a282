/** Every example of the tour does what it says, against a real nats-server. */
import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestNatsServer, type TestNatsServer } from '#test/support/nats-server.ts';
import { main as hello } from '#examples/01-hello.ts';

const TRIED = ['01-hello.ts'];

describe('examples', () => {
  let nats: TestNatsServer;
  let servers: string[];
  beforeAll(async () => {
    nats = await startTestNatsServer();
    servers = [nats.url];
  });
  afterAll(() => nats.dispose());

  it('01 greets in order and leaves with its greetings', async () => {
    expect(await hello({ servers })).toEqual(['Hello, Ann!', 'Hello, Bob!']);
    // again: the start replaces the greeter of the first run
    expect(await hello({ servers })).toEqual(['Hello, Ann!', 'Hello, Bob!']);
  });

  it('are all run here', async () => {
    const files = await readdir('examples');
    expect(files.filter((file) => file.endsWith('.ts')).toSorted()).toEqual(TRIED);
  });
});
