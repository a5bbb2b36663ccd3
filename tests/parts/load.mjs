// The npm parts live in target/parts, where a plain `import` from here does not look.
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const parts = process.env.CCWB_PARTS ?? fileURLToPath(new URL('../../target/parts', import.meta.url));
const require = createRequire(`${parts}/node/`);

/** Imports an npm package that `tests/run` installed. */
export const load = (name) => import(pathToFileURL(require.resolve(name)));
