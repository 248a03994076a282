/** Which area may import what. The table is the law; ARCHITECTURE.md explains it. */
import { importsOf, type ImportEdge } from './import-edges.ts';
import type { Finding, Rule } from './source-file.ts';

type Area = {
  name: string;
  /** First match wins: narrower areas stand first. */
  owns: RegExp;
  /** Our own files it may import, besides its own. */
  files: RegExp;
  /** Packages it may import. */
  packages: RegExp;
  remedy: string;
};

const ANY = /^/;
const NONE = /^(?!)/;

const serviceArea = (name: string, files: RegExp): Area => ({
  name: `services/${name}`,
  owns: new RegExp(`^services/${name}/`),
  files,
  packages: /^(?!@nats-io\/|@aws-sdk\/|@smithy\/|pino)/,
  remedy:
    'services meet only in src/contracts; NATS is behind src/bus, AWS behind providers/aws, pino behind src/telemetry',
});

const AREAS: readonly Area[] = [
  {
    name: 'src/contracts',
    owns: /^src\/contracts\//,
    files: NONE,
    packages: /^zod$/,
    remedy: 'contracts are schemas alone: zod and other contracts',
  },
  {
    name: 'src/bus',
    owns: /^src\/bus\//,
    files: /^src\/contracts\//,
    packages: /^(@nats-io\/|node:|zod$)/,
    remedy: 'the bus moves bytes: it knows contracts, @nats-io and node',
  },
  {
    name: 'src/telemetry',
    owns: /^src\/telemetry\//,
    // It listens to what the runtime tells; the runtime does not know who listens.
    files: /^src\/(contracts|runtime)\//,
    packages: /^(pino$|zod$|node:)/,
    remedy: 'telemetry listens to the runtime and knows nothing else',
  },
  {
    name: 'src/define',
    owns: /^src\/define\//,
    files: /^src\/(contracts|runtime)\//,
    packages: /^(xstate|zod)$/,
    remedy: 'a definition is loaded by clients too: no NATS, no node, no code of activities',
  },
  {
    name: 'src/door',
    owns: /^src\/door\//,
    files: /^src\/(contracts|bus|runtime|define)\//,
    packages: /^(xstate|zod|node:.*)$/,
    remedy: 'the door joins definitions with the runtime: everything about NATS is in src/bus',
  },
  {
    name: 'src/testing',
    owns: /^src\/testing\//,
    files: /^src\/(contracts|runtime|define)\//,
    packages: /^(xstate|zod|node:.*)$/,
    remedy: 'the test kit runs without NATS, in any test runner',
  },
  {
    name: 'src/runtime/jetstream',
    owns: /^src\/runtime\/jetstream\//,
    files: /^src\/(contracts|bus|runtime)\//,
    packages: /^(node:|zod$)/,
    remedy: 'use src/bus for everything about NATS',
  },
  {
    name: 'src/runtime',
    owns: /^src\/runtime\/(?!jetstream\/)/,
    files: /^src\/contracts\//,
    packages: /^(xstate($|\/)|zod$|node:)/,
    remedy: 'the runtime knows no NATS, AWS, machines or services: go through src/runtime/ports.ts',
  },
  {
    name: 'machines/support',
    owns: /^machines\/support\//,
    files: /^src\/contracts\//,
    packages: /^(xstate|zod)$/,
    remedy: 'a machine only decides: contracts and xstate',
  },
  ...['orca', 'clouddriver'].map((service) => ({
    name: `machines/${service}`,
    owns: new RegExp(`^machines/${service}/`),
    files: /^(src\/contracts\/|machines\/support\/)/,
    packages: /^(xstate|zod)$/,
    remedy:
      'a machine only decides: contracts, machines/support and xstate; other services are reached by command',
  })),
  {
    name: 'services/*/providers/aws',
    owns: /^services\/[^/]+\/providers\/aws\//,
    files: /^(src\/|services\/clouddriver\/|machines\/(support|clouddriver)\/)/,
    packages: /^(?!@nats-io\/|pino)/,
    remedy: 'providers talk to the cloud only',
  },
  {
    name: 'services/console/page',
    owns: /^services\/console\/page\//,
    // It runs in a browser: what it needs of others is told to it as contracts.
    files: /^src\/contracts\//,
    packages: /^(react$|react-dom\/client$|@xyflow\/react$|elkjs\/lib\/elk-api\.js$)/,
    remedy: 'the page knows contracts and what draws it; the server tells it everything else',
  },
  serviceArea('orca', /^(src\/|machines\/(support|orca)\/)/),
  serviceArea('clouddriver', /^(src\/|machines\/(support|clouddriver)\/)/),
  // The embedded server of `windlass dev` and the demo is the same as that of the tests.
  // It checks pipelines offline, by the same pure code as orca.
  serviceArea('cli', /^(src\/|tools\/|machines\/orca\/validate-pipeline\.ts$)/),
  // The console's server hands the page to the browser as text: it imports none of it.
  ...['aws-double', 'gateway', 'console'].map((name) => serviceArea(name, /^src\//)),
  {
    name: 'tools',
    owns: /^tools\//,
    files: NONE,
    packages: ANY,
    remedy: 'tools run before anything else is there',
  },
  { name: 'test', owns: /^(test|bench|examples)\//, files: ANY, packages: ANY, remedy: '' },
  { name: 'root', owns: /^[^/]+$/, files: NONE, packages: ANY, remedy: '' },
];

function areaOf(file: string): Area | undefined {
  return AREAS.find((area) => area.owns.test(file));
}

/** The folder within which relative imports are fine. */
function folderOf(file: string): string {
  const parts = file.split('/');
  return ['src', 'machines', 'services', 'test'].includes(parts[0] ?? '') && parts.length > 2
    ? `${parts[0]}/${parts[1]}/`
    : `${parts[0]}/`;
}

function allows(area: Area, edge: ImportEdge): boolean {
  if (edge.file === null) return area.packages.test(edge.specifier);
  return area.owns.test(edge.file) || area.files.test(edge.file);
}

/** Imports against the table. Type-only imports count: a type is a dependency of the reader too. */
export const importDirections: Rule = (files) =>
  files.flatMap((source) => {
    const area = areaOf(source.path);
    if (!area) return [{ path: source.path, line: 1, message: 'belongs to no area of the import table' }];
    return importsOf(source)
      .filter((edge) => !allows(area, edge))
      .map((edge) => ({
        path: source.path,
        line: edge.line,
        message: `${area.name} may not import '${edge.specifier}': ${area.remedy}`,
      }));
  });

/** `../` out of one's area hides a dependency between areas: it must show as `#area/`. */
export const aliasesBetweenAreas: Rule = (files) =>
  files.flatMap((source) =>
    importsOf(source)
      .filter((edge) => edge.specifier.startsWith('.') && !edge.file?.startsWith(folderOf(source.path)))
      .map((edge): Finding => ({
        path: source.path,
        line: edge.line,
        message: `'${edge.specifier}' leaves ${folderOf(source.path)}: use an alias of package.json#imports`,
      })),
  );

/** Imports of a file that is not there: types are erased, so Node would find out late. */
export const importsExist: Rule = (files) => {
  const known = new Set(files.map((source) => source.path));
  return files.flatMap((source) =>
    importsOf(source)
      .filter((edge) => edge.file !== null && /\.(tsx?|mjs)$/.test(edge.file) && !known.has(edge.file))
      .map((edge) => ({ path: source.path, line: edge.line, message: `'${edge.specifier}' does not exist` })),
  );
};
