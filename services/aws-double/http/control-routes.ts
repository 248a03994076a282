/** The side of the HTTP server that AWS does not have: evidence, seeds and faults, under `/_double`. */
import { Hono } from 'hono';
import { z } from 'zod';
import type { AwsDouble } from '../aws-double.ts';
import { FaultPlan } from '../faults/fault-rule.ts';
import { Seed, SeedError } from '../seed/seed-format.ts';

const LedgerQuery = z.object({ since: z.coerce.number().int().nonnegative().default(0) });

/** JSON in and out. A body that is wrong is answered with 400 and `{code, message}`, and changes nothing. */
export function controlRoutes(double: AwsDouble): Hono {
  const routes = new Hono();
  routes.get('/health', (context) => context.json({ status: 'ok', calls: double.ledger.nextSeq - 1 }));
  routes.get('/ledger', (context) => {
    const { since } = LedgerQuery.parse(context.req.query());
    return context.json({ nextSeq: double.ledger.nextSeq, calls: double.ledger.since(since) });
  });
  routes.get('/resources', (context) => {
    double.progressAll();
    const { kind, account, region } = context.req.query();
    const resources = double.ledger
      .resources()
      .filter((life) => (kind ?? life.kind) === life.kind)
      .filter((life) => (account ?? life.account) === life.account)
      .filter((life) => (region ?? life.region) === life.region);
    return context.json({ resources });
  });
  routes.get('/faults', (context) => context.json({ ...double.faults.plan, hits: double.faults.hitCounts }));
  routes.post('/seed', async (context) => context.json(double.seed(Seed.parse(await context.req.json()))));
  routes.post('/faults', async (context) => {
    double.setFaults(FaultPlan.parse(await context.req.json()));
    return context.json(double.faults.plan);
  });
  routes.post('/reset', (context) => {
    double.reset();
    return context.json({ status: 'ok' });
  });
  routes.onError((error, context) => {
    if (error instanceof SeedError) return context.json({ code: error.code, message: error.message }, 400);
    if (error instanceof z.ZodError) {
      return context.json({ code: 'DOUBLE_REQUEST_INVALID', message: z.prettifyError(error) }, 400);
    }
    if (error instanceof SyntaxError) {
      return context.json(
        { code: 'DOUBLE_REQUEST_INVALID', message: `The body is no JSON: ${error.message}` },
        400,
      );
    }
    return context.json({ code: 'DOUBLE_INTERNAL', message: error.message }, 500);
  });
  return routes;
}
