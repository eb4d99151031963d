// How often a verdict that `plan --group` infers is the observed one, over the Debian kernels.
// Usage: node scripts/inferred-verdicts.mjs [--facts DIR] [REPORT.json...]
// Without reports the objects of the confusion matrix are taken, with what their tests hold them against.
import { bundled } from './bundled.mjs';

const words = process.argv.slice(2);
const facts = words[0] === '--facts' ? words.splice(0, 2)[1] : '';
const { inferredVerdicts } = await bundled('test/tools/inferred-verdicts.ts');
process.stdout.write(await inferredVerdicts(words, facts));
