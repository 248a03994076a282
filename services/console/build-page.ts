/** `node services/console/build-page.ts FOLDER`: builds the page for a console that cannot, in an image say. */
import { bundlePage } from './page-bundle.ts';
import { writePage } from './page-files.ts';

const [folder = ''] = process.argv.slice(2);
if (folder === '') throw new Error('Name the folder: node services/console/build-page.ts FOLDER');
await writePage(folder, await bundlePage());
