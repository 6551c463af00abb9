/**
 * The laboratory: a second worker that tries things on copies of the cluster, made from its recording, so that the
 * cluster itself runs on undisturbed. It works off one question after the other and ends when the page closes it.
 */
import type { LabAsk, LabTell } from '../protocol/protocol.ts'
import '../session/tools.ts'
import { experiment } from '../session/why/experiment.ts'

self.onmessage = (message: MessageEvent<LabAsk>) =>
  experiment(message.data, (tell: LabTell) => self.postMessage(tell))
