/** Helpers and their first kernels live with the reader of objects; classification uses the same table. */
export { helper } from '../object/first-kernel.ts';
