// The documentation as a static site: the pages of docs/ and the reference of the library, in build/docs-site (or the
// directory that is named). It fails on anything that TypeDoc warns of and on a link that leads nowhere.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application } from 'typedoc';
import { brokenLinks } from './links.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const docs = join(root, 'docs');
const pages = join(root, 'build/docs-site-pages');
const out = resolve(process.argv[2] ?? join(root, 'build/docs-site'));
const { status, stdout } = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' });
const revision = status === 0 ? stdout.trim() : 'main';
const repository = 'https://github.com/Kernel-Guard/bpfcompat';

/** What a page says of files outside docs/ leads to the repository, at the revision the site was made of. */
function outward(link) {
  const [path, anchor] = link.split('#');
  const target = resolve(docs, path);
  const inside = relative(root, target);
  if (/^[a-z]+:/.test(link) || path === '' || dirname(target) === docs || !existsSync(target)) return link;
  const kind = statSync(target).isDirectory() ? 'tree' : 'blob';
  return `${repository}/${kind}/${revision}/${inside}${anchor === undefined ? '' : `#${anchor}`}`;
}

/** A page for TypeDoc, which names it by its file. */
function page(name) {
  return readFileSync(join(docs, name), 'utf8').replaceAll(/(?<=\]\()([^)\s]+)(?=\))/g, outward);
}

rmSync(pages, { recursive: true, force: true });
rmSync(out, { recursive: true, force: true });
mkdirSync(pages, { recursive: true });
const names = readdirSync(docs).filter((name) => name.endsWith('.md'));
for (const name of names) writeFileSync(join(pages, name), page(name));
for (const name of readdirSync(docs).filter((name) => !name.endsWith('.md'))) {
  writeFileSync(join(pages, name), readFileSync(join(docs, name)));
}

const app = await Application.bootstrapWithPlugins({
  name: 'bpfcompat',
  entryPoints: [join(root, 'src/index.ts')],
  tsconfig: join(root, 'tsconfig.build.json'),
  plugin: ['typedoc-plugin-missing-exports'],
  readme: join(pages, 'README.md'),
  projectDocuments: names.filter((name) => name !== 'README.md').map((name) => join(pages, name)),
  sort: ['alphabetical'],
  disableGit: true,
  gitRevision: revision,
  sourceLinkTemplate: `${repository}/blob/{gitRevision}/src/{path}#L{line}`,
  githubPages: true,
  excludePrivate: true,
  excludeExternals: true,
  includeHierarchySummary: false,
  placeInternalsInOwningModule: true,
  highlightLanguages: ['bash', 'c', 'console', 'go', 'groovy', 'ini', 'json', 'python', 'rust', 'typescript', 'yaml'],
  requiredToBeDocumented: ['Function', 'Class', 'Interface', 'TypeAlias', 'Variable'],
  validation: { notExported: true, invalidLink: true, rewrittenLink: true, notDocumented: false },
  treatWarningsAsErrors: true,
});
const project = await app.convert();
if (project === undefined) process.exit(1);
app.validate(project);
await app.generateDocs(project, out);
const broken = brokenLinks(out, {
  [`${repository}/blob/${revision}/`]: root,
  [`${repository}/tree/${revision}/`]: root,
});
for (const { file, link } of broken) console.error(`${file}: ${link} leads nowhere`);
if (app.logger.hasErrors() || app.logger.hasWarnings() || broken.length > 0) process.exit(1);
console.log(`${names.length} pages and the reference of the library: ${relative(process.cwd(), out)}/index.html`);
