/** The console as a person sees it: a whole deployment, a user's own service, a real browser, real kills. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectBus, type Bus } from '#bus/connect.ts';
import { addressOf } from '#contracts/address.ts';
import type { ActorEvent } from '#contracts/envelope.ts';
import { Topology } from '#contracts/topology.ts';
import { JetStreamIngress } from '#runtime/jetstream/jetstream-ingress.ts';
import { startJetStreamNode } from '#runtime/jetstream/jetstream-node.ts';
import type { RunningNode } from '#runtime/node.ts';
import { startTestDeployment, windlass, type TestDeployment } from '#test/e2e/deployment.ts';
import { openBrowser, openPage, type OpenPage } from './open-page.ts';
import { parcelActivities, parcelDefinitions } from './parcel.machine.ts';

const TIMEOUT_MS = 180_000;
const PATIENCE_MS = 30_000;
const topology = Topology.parse({ services: ['post'], partitionsPerShard: 4 });
const PARCEL = addressOf({ service: 'post', type: 'parcel', root: 'parcel-1', id: 'parcel-1' });

describe('the console', { timeout: TIMEOUT_MS }, () => {
  let deployment: TestDeployment;
  let bus: Bus;
  let node: RunningNode;
  let browser: Browser;
  let open: OpenPage;
  let sent = 0;

  beforeAll(async () => {
    deployment = await startTestDeployment({ console: true });
    bus = await connectBus({ servers: [deployment.natsUrl], name: 'console-test' });
    node = await startJetStreamNode({
      bus,
      topology,
      service: 'post',
      node: 'post-a',
      definitions: parcelDefinitions,
      activities: parcelActivities,
      queues: [{ queue: 'default', concurrency: 2 }],
    });
    browser = await openBrowser();
  }, TIMEOUT_MS);
  afterEach(async () => {
    await open.page.close();
  });
  afterAll(async () => {
    await browser.close();
    await node.stop();
    await bus.close();
    await deployment.dispose();
  }, TIMEOUT_MS);

  const env = () => ({ NATS_URL: deployment.natsUrl });
  const tell = async (event: ActorEvent): Promise<void> => {
    const id = `told-${(sent += 1)}`;
    await new JetStreamIngress({ bus, topology }).send({ v: 1, kind: 'event', id, to: PARCEL, event });
  };
  const startParcel = async (): Promise<void> => {
    await new JetStreamIngress({ bus, topology }).send({ v: 1, kind: 'start', id: 'start', to: PARCEL });
  };

  it('shows an execution of all services as one tree, and follows it when a person judges', async () => {
    open = await openPage(browser, deployment.consoleUrl);
    const { page } = open;
    await page.getByText('Pick a root actor', { exact: true }).waitFor();
    const run = await windlass(['pipeline', 'run', 'examples/pipelines/02-manual-judgment.json'], {
      env: env(),
    });
    expect(run).toMatchObject({ exitCode: 0 });
    const executionId = run.stdout.trim();

    // Given: it came by itself, without loading the page again.
    await page.locator('.root', { hasText: 'payments / Ask a person first' }).click();
    await treeItem(page, '1 Release to QA?').click();

    // Then: its active path is lit, the transitions that may come next are marked, and its timer counts down.
    await active(page, 'judging').waitFor();
    expect(await page.locator('[data-state="stage"][data-active=true]').count()).toBe(1);
    expect(await page.locator('[data-state$=".settling"]').getAttribute('data-active')).toBe('false');
    expect(await page.locator('[data-possible=true]').allTextContents()).toContain('always [judged]');
    await page.locator('[data-timer]', { hasText: 'stageTimeout' }).getByText('in 2 d 23 h').waitFor();
    await page.getByRole('heading', { name: /Possible next transitions/ }).waitFor();
    await open.picture('judging');

    // When: a person judges, from a terminal.
    const judged = await windlass(['execution', 'judge', executionId, '--stage', '1', '--continue'], {
      env: env(),
    });
    expect(judged.exitCode).toBe(0);

    // Then: the stage ends, the next one starts, and its operation in Clouddriver is in the same tree.
    await active(page, 'ended').waitFor();
    await page.getByRole('tab', { name: /History/ }).click();
    await page.locator('.step', { hasText: 'stage.judge' }).waitFor();
    await page.locator('.step[data-step="1"]').waitFor();
    await open.picture('history');
    await page.locator('.stage-head [data-status=SUCCEEDED]').waitFor();
    await treeItem(page, 'createServerGroup us-west-2').waitFor();
    await treeItem(page, 'payments / Ask a person first')
      .getByText('SUCCEEDED')
      .waitFor({ timeout: PATIENCE_MS });
    await treeItem(page, 'createServerGroup us-west-2').click();
    await page.locator('.stage-address', { hasText: 'clouddriver / createServerGroup' }).waitFor();
    await page.locator('.state-final[data-active=true]').waitFor();
    await open.picture('operation');
    expect(open).toMatchObject({ faults: [], foreign: [] });
  });

  it('shows the machines of a user: what they wait for, escaped, in the dark', async () => {
    await startParcel();
    open = await openPage(browser, deployment.consoleUrl, 'dark');
    const { page } = open;
    await page.locator('.root', { hasText: 'Parcel <i>for</i> Ada' }).click();
    await active(page, 'booking').waitFor();
    expect(await page.getByRole('treeitem').count()).toBe(2);

    const activity = page.locator('[data-activity=bookCourier]');
    await activity.getByText(/^next in/).waitFor();
    expect(await activity.textContent()).toContain('Attempt1 failed');
    expect(await activity.textContent()).toContain('The courier <script>is</script> asleep');
    await activity.getByText('"depot"').waitFor();
    await page.locator('[data-timer]', { hasText: 'patience' }).getByText('in 29 d 23 h').waitFor();
    await open.picture('parcel');

    await page.getByRole('tab', { name: /History/ }).click();
    await tell({ type: 'nonsense' });
    await page.locator('.line-refused', { hasText: 'nonsense refused: unhandled' }).waitFor();
    await tell({ type: 'address.changed' });
    await page.locator('.line-emitted', { hasText: 'emitted parcel.redirected' }).waitFor();
    await open.picture('parcel-history');
    expect(open).toMatchObject({ faults: [], foreign: [] });
  });

  it('lets nothing from elsewhere into its page, and no page of elsewhere in', async () => {
    open = await openPage(browser, deployment.consoleUrl);
    for (const path of ['/', '/assets/page.js', '/live']) {
      const own = await fetch(`${deployment.consoleUrl}${path}`);
      expect(own.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/);
      expect(own.headers.get('x-content-type-options')).toBe('nosniff');
      await own.body?.cancel();
      const headers = { origin: 'https://evil.example' };
      const foreign = await fetch(`${deployment.consoleUrl}${path}`, { headers });
      expect(foreign.status).toBe(403);
    }
    // The policy is in force: a script in the page's own text does not run.
    const inline =
      'document.body.append(Object.assign(document.createElement("script"), { text: "window.ran = true" }))';
    await open.page.evaluate(inline);
    expect(await open.page.evaluate('window.ran')).toBeUndefined();
  });

  it('is used by keyboard', async () => {
    open = await openPage(browser, `${deployment.consoleUrl}/?root=${encodeURIComponent(PARCEL)}`);
    const { page } = open;
    await active(page, 'booking').waitFor();
    await page.locator('[role=treeitem][aria-selected=true]').focus();
    await page.keyboard.press('ArrowDown');
    await page.locator('.stage-address', { hasText: 'post / label' }).waitFor();
    expect(await page.evaluate('document.activeElement.getAttribute("aria-selected")')).toBe('true');
    await page.keyboard.press('ArrowLeft');
    await page.locator('.stage-address', { hasText: 'post / parcel' }).waitFor();

    await page.getByRole('tab', { name: 'Now' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('tab', { name: /History/, selected: true }).waitFor();
    await page.goBack();
    await page.locator('.stage-address', { hasText: 'post / label' }).waitFor();
  });

  it('says that the bus is away after kill -9 of nats-server, and goes on when it is back', async () => {
    open = await openPage(browser, `${deployment.consoleUrl}/?root=${encodeURIComponent(PARCEL)}`);
    const { page } = open;
    await active(page, 'booking').waitFor();
    await deployment.kill('nats-server', 'SIGKILL');
    await page.getByText('NATS is away, waiting for it').waitFor();
    await open.picture('away');
    await page.getByText('live', { exact: true }).waitFor({ timeout: PATIENCE_MS });

    await tell({ type: 'cancel' });
    await active(page, 'canceled').waitFor({ timeout: PATIENCE_MS });
    expect(open).toMatchObject({ faults: [], foreign: [] });
  });

  it('finds everything again after kill -9 of its own server', async () => {
    open = await openPage(browser, `${deployment.consoleUrl}/?root=${encodeURIComponent(PARCEL)}`);
    const { page } = open;
    await active(page, 'canceled').waitFor();
    await deployment.kill('console', 'SIGKILL');
    await page.getByText('console is away, trying again').waitFor();
    await page.getByText('live', { exact: true }).waitFor({ timeout: PATIENCE_MS });
    await treeItem(page, 'Parcel <i>for</i> Ada').waitFor();
    await page.locator('.root', { hasText: 'payments / Ask a person first' }).click();
    await treeItem(page, '2 Release to QA').waitFor();
  });
});

const treeItem = (page: Page, text: string) => page.getByRole('treeitem').filter({ hasText: text }).first();
const active = (page: Page, key: string) => page.locator(`[data-state$=".${key}"][data-active=true]`);
