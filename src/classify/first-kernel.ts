/** First upstream kernels live with the reader of objects; classification uses the same tables. */
export {
  attachKind,
  mapTypeSince,
  plainType,
  programTypeSince,
  sectionTarget,
  structOpsSince,
} from '../object/first-kernel.ts';
