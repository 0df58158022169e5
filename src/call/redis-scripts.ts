// What Redis does in one go. A call is a hash `<prefix>call:<sid>` with its variables in fields
// `v:<name>`; `ended` in it holds the token of the webhook that ended the call. The sorted set
// `<prefix>calls` says when calls expire that somebody wants to be told of.

/** KEYS: call, calls. ARGV: sid, over, last, token, idle ms, kept after the end ms, watched, kept longer ms. */
export const ARRIVE = `
local sid, over, last, token = ARGV[1], ARGV[2] == '1', ARGV[3] == '1', ARGV[4]
local fields = redis.call('HGETALL', KEYS[1])
local ended = redis.call('HGET', KEYS[1], 'ended')
local ends = 0
if ended then
  if ended == token then ends = 1 end
elseif last then
  ends = 1
  redis.call('ZREM', KEYS[2], sid)
  redis.call('HSET', KEYS[1], 'ended', token)
  redis.call('PEXPIRE', KEYS[1], ARGV[6])
else
  if #fields > 0 then redis.call('PEXPIRE', KEYS[1], ARGV[5] + ARGV[8]) end
  if ARGV[7] == '1' and (not over or redis.call('ZSCORE', KEYS[2], sid)) then
    local time = redis.call('TIME')
    redis.call('ZADD', KEYS[2], time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[5], sid)
  end
end
table.insert(fields, 1, ends)
return fields`;

/** KEYS: call. ARGV: expires in ms when it is new, number of names that are gone, these, then names and values. */
export const SAVE = `
local gone = tonumber(ARGV[2])
for i = 1, gone do redis.call('HDEL', KEYS[1], 'v:' .. ARGV[2 + i]) end
for i = 3 + gone, #ARGV, 2 do redis.call('HSET', KEYS[1], 'v:' .. ARGV[i], ARGV[i + 1]) end
if redis.call('PTTL', KEYS[1]) == -1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return 0`;

/** One call that has expired; it is taken off the list, so that one instance alone gets it. KEYS: calls. ARGV: prefix of a call's key. */
export const EXPIRE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local sid = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 1)[1]
if not sid then return {} end
redis.call('ZREM', KEYS[1], sid)
local fields = redis.call('HGETALL', ARGV[1] .. sid)
redis.call('DEL', ARGV[1] .. sid)
table.insert(fields, 1, sid)
return fields`;
