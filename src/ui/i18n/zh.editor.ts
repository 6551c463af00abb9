/** YAML 编辑器的中文文字。 */
import type { enEditor } from './en.editor.ts'

export const zhEditor: Record<keyof typeof enEditor, string> = {
  'editor.review': '预览并应用',
  'editor.review.keys': 'Ctrl 加回车',
  'editor.apply': '直接应用',
  'editor.confirm': '应用这些改动',
  'editor.confirm.text': '这是 API Server 将要做的改动，现在还什么都没发生。',
  'editor.cancel': '继续编辑',
  'editor.insert': '新建对象',
  'editor.insert.text': '插入一份能用的清单再修改：按 Tab 在各处之间跳转。',
  'editor.label': 'YAML 清单',
  'editor.snippet': '一个能用的 {kind}，改一改就行',
  'editor.reviewing': '正在询问 API Server……',
  'editor.nothing': '没有可以应用的内容。',
  'editor.unchanged': '没有差异：集群已经和清单一致。',
  'editor.open': '打开',
  'editor.lens.show': '{kind} {name}：在地图上显示',
  'editor.lens.none': '{kind} {name}：集群里还没有',
  'editor.here': '在编辑器中显示',
  'fix.rename': '把“{from}”改成“{to}”',
  'fix.remove': '删除“{field}”',
  'fix.insert': '补上“{field}”',
  'fix.labels': '让 Pod 模板带上选择器要求的标签',
  'fix.value': '改用“{to}”',
  'fix.version': '改用集群支持的版本：{to}',
}
