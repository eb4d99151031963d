import type { Evidence, Stage } from './evidence.ts';

/** Reports show this much of the end of a verifier's log. */
const LOG_TAIL = 4096;

/** A stage without what no report shows: it lies in the files of its cell in full. */
function leanStage(stage: Stage): Stage {
  if (stage.stage === 'program') {
    const { verifier_log_head: head, verifier_log_tail: tail } = stage;
    return {
      ...stage,
      log: '',
      verifier_log_head: tail === '' ? head.slice(-LOG_TAIL) : '',
      verifier_log_tail: tail.slice(-LOG_TAIL),
    };
  }
  return 'log' in stage ? { ...stage, log: '' } : stage;
}

/** The same evidence for every report: none shows more of it. The document is only said to have been there. */
export function leanEvidence(evidence: Evidence): Evidence {
  const document = evidence.document === undefined ? undefined : '';
  return { ...evidence, document, stages: evidence.stages.map(leanStage) };
}
