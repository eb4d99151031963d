export async function sideBySide() {
  return { holds: true, text: ['x'] };
}
