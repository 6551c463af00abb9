/** 演示模式的中文。 */
import type { enPresent } from './en.present.ts'

export const zhPresent: Record<keyof typeof enPresent, string> = {
  'present.title': '演示',
  'present.start': '演示',
  'present.none': '还没有讲稿：写下每一步要说的话。',
  'present.next': '下一条（Page Down）',
  'present.back': '上一条（Page Up）',
  'present.edit': '讲稿',
  'present.help': '用 Page Up 和 Page Down 翻页，按住 L 显示激光笔。讲稿随本场景保存在此浏览器中。',
  'present.text': '这一步要说的话',
  'present.line': '点击即在终端运行的命令',
  'present.moment': '显示当前所见的时刻',
  'present.up': '上移',
  'present.remove': '删除这条',
  'present.add': '添加一条',
  'present.done': '完成',
  'present.dock': '终端与编辑器',
  'present.inspector': '检查器',
  'present.leave': '退出演示（Esc）',
}
