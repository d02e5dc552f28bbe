-- For wrk: the addresses of a file in their order, from the start again where they end; a line of JSON with what came of it.
local addresses, place = {}, 0

function init(args)
  for line in io.lines(args[1]) do addresses[#addresses + 1] = line end
end

function request()
  place = place + 1
  if place > #addresses then place = 1 end
  return wrk.format("GET", addresses[place])
end

function done(summary, latency, requests)
  local e = summary.errors
  print(string.format(
    '{"answers": %d, "seconds": %f, "p50": %f, "p95": %f, "p99": %f, "most": %f, "refused": %d, "broken": %d}',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(95) / 1e3,
    latency:percentile(99) / 1e3, latency.max / 1e3, e.status, e.connect + e.read + e.write + e.timeout))
end
