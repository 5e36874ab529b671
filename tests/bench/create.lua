-- For wrk: creates users, each with an address of its own. MARK tells runs apart.
local mark = os.getenv("MARK")
local thread = 0
function setup(t)
    t:set("number", thread)
    thread = thread + 1
end
local n = 0
function request()
    n = n + 1
    local name = string.format("%s-%d-%d", mark, number, n)
    return wrk.format("POST", nil, nil, '{"email":"' .. name .. '@bench.example","name":"Person ' .. name
        .. ' Example","skipInviteEmail":true}')
end
