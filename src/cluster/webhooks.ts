/**
 * How the API server reaches admission webhooks that run as pods: over the cluster's network, from the control plane's
 * machine, by the Service's address. TLS is not spoken here (docs/fidelity.md).
 */
import {
  type AdmissionReview,
  type WebhookCaller,
  WebhookFailure,
} from './apiserver/admission/webhookcall.ts'
import type { NetworkFailure } from './network/http.ts'
import type { Network, Source } from './network/network.ts'

/** Longest wait for a connection; the webhook's own timeout ends it sooner. @unit ms */
const CONNECT_MS = 30_000
/** Host, port and the rest; the configuration's validation saw to the form. */
const URL_PARTS = /^https:\/\/([^/:]+)(?::(\d+))?(\/.*)?$/

/** Makes the caller. `from` is where the API server stands, none when its machine is not part of the network. */
export function webhookCaller(network: Network, from: () => Source | undefined): WebhookCaller {
  return function* (target, review) {
    const [, hostname = '', port, path = '/'] = URL_PARTS.exec(target.url) ?? []
    const source = from()
    const host = target.address?.ip ?? hostname
    const number = target.address?.port ?? (Number(port) || 443)
    if (!source) throw new WebhookFailure(dial(host, number, 'timeout'))
    const request = {
      host,
      port: number,
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json', 'user-agent': 'kube-apiserver-admission' },
      body: JSON.stringify(review),
    }
    const { result } = yield* network.request(source, request, CONNECT_MS)
    if (!result.ok) throw new WebhookFailure(dial(host, number, result.why))
    return parse(result.response.status, result.response.body)
  }
}

/** What Go's dialer says. */
function dial(host: string, port: number, why: NetworkFailure): string {
  switch (why) {
    case 'could-not-resolve':
      return `dial tcp: lookup ${host}: no such host`
    case 'dns-unavailable':
      return `dial tcp: lookup ${host}: i/o timeout`
    case 'refused':
      return `dial tcp ${host}:${port}: connect: connection refused`
    case 'reset':
      return 'EOF'
    case 'timeout':
      return `dial tcp ${host}:${port}: i/o timeout`
  }
}

/** @throws WebhookFailure in the words of client-go's REST client for an answer that is no review */
function parse(status: number, body: string): AdmissionReview {
  if (status === 404) {
    throw new WebhookFailure('the server could not find the requested resource', true)
  }
  if (status >= 300) {
    throw new WebhookFailure(
      `an error on the server (${JSON.stringify(body)}) has prevented the request from succeeding`,
      true,
    )
  }
  try {
    return JSON.parse(body) as AdmissionReview
  } catch {
    throw new WebhookFailure('the response is not a valid AdmissionReview', true)
  }
}
