namespace Tumpang.Matching.Dispatch;

/// <summary>
/// The cheapest assignment of requests to drivers in a sparse graph, proven by dual prices: shortest augmenting paths in the manner of
/// Jonker and Volgenant. A request may stay unmatched at its own penalty, so an optimum always exists. Costs are whole numbers, which
/// makes the proof exact and equal input give equal output. Buffers are kept between problems; not safe for two threads at once.
/// </summary>
/// <remarks>
/// Prices: a driver's is never positive and is zero while nobody has the driver; a request's is the least of its costs less the prices of
/// the drivers, or its penalty when that is less. Their sum never exceeds the cost of any assignment and equals the cost of this one.
/// </remarks>
sealed class SparseAssignment
{
    const int Nobody = -1;

    // The graph in compressed rows: the pairs of request r are numbered from firstPair[r] to firstPair[r + 1].
    int[] firstPair = new int[64], pairDriver = new int[1_024];
    long[] pairCost = new long[1_024], penalty = new long[64];

    int[] pairOfRequest = new int[64], requestOfDriver = new int[64], free = new int[64];
    long[] driverPrice = new long[64];

    // One search: how far a driver is, and the request and pair that lead there; a driver's mark tells which search they belong to.
    long[] distance = new long[64];
    int[] reachedFrom = new int[64], reachedBy = new int[64], mark = new int[64], settled = new int[64];
    readonly PriorityQueue<int, (long Distance, int Driver)> queue = new();
    int search, settledCount;

    /// <summary>Requests added so far.</summary>
    public int Requests { get; private set; }

    /// <summary>Drivers of this problem.</summary>
    public int Drivers { get; private set; }

    /// <summary>Pairs added so far.</summary>
    public int Pairs => firstPair[Requests];

    /// <summary>Begins a new problem and forgets the last.</summary>
    public void Begin(int drivers)
    {
        (Requests, Drivers, firstPair[0]) = (0, drivers, 0);
        Grow(ref requestOfDriver, drivers);
        Grow(ref driverPrice, drivers);
        Grow(ref distance, drivers);
        Grow(ref reachedFrom, drivers);
        Grow(ref reachedBy, drivers);
        Grow(ref mark, drivers);
        Grow(ref settled, drivers);
        requestOfDriver.AsSpan(0, drivers).Fill(Nobody);
        driverPrice.AsSpan(0, drivers).Clear();
        mark.AsSpan(0, drivers).Clear();
        search = 0;
    }

    /// <summary>The next request; <see cref="AddPair"/> adds to it. Unmatched it costs <paramref name="unmatchedPenalty"/>.</summary>
    public void AddRequest(long unmatchedPenalty)
    {
        Grow(ref firstPair, Requests + 2);
        Grow(ref penalty, Requests + 1);
        penalty[Requests] = unmatchedPenalty;
        Requests++;
        firstPair[Requests] = firstPair[Requests - 1];
    }

    /// <summary>The last request may have this driver, at this cost.</summary>
    public void AddPair(int driver, long cost)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)driver, (uint)Drivers, nameof(driver));
        var pair = firstPair[Requests]++;
        Grow(ref pairDriver, pair + 1);
        Grow(ref pairCost, pair + 1);
        (pairDriver[pair], pairCost[pair]) = (driver, cost);
    }

    /// <summary>Finds the optimum. Of several with the same cost it is always the same one for the same input in the same order.</summary>
    public void Solve()
    {
        Grow(ref pairOfRequest, Requests);
        Grow(ref free, Requests);
        pairOfRequest.AsSpan(0, Requests).Fill(Nobody);
        var left = Bid();
        for (var index = 0; index < left; index++)
        {
            Augment(free[index]);
        }
    }

    /// <summary>The number of the pair chosen for a request, in the order of adding; null when the request stays unmatched.</summary>
    public int? PairOf(int request) => pairOfRequest[request] is var pair and not Nobody ? pair : null;

    /// <summary>The driver chosen for a request; null when it stays unmatched.</summary>
    public int? DriverOf(int request) => PairOf(request) is { } pair ? pairDriver[pair] : null;

    /// <summary>The chosen pairs' costs and the penalties of the unmatched.</summary>
    public long Cost()
    {
        var sum = 0L;
        for (var request = 0; request < Requests; request++)
        {
            sum += pairOfRequest[request] is var pair and not Nobody ? pairCost[pair] : penalty[request];
        }

        return sum;
    }

    /// <summary>
    /// Proves the optimum from prices and chosen pairs alone: no pair is cheaper than its two prices, no driver is taken twice, untaken drivers
    /// cost nothing, and the prices add up to the cost. By weak duality no assignment can then cost less.
    /// </summary>
    public bool IsProvenOptimal()
    {
        var prices = 0L;
        var taken = new bool[Drivers];
        for (var request = 0; request < Requests; request++)
        {
            var chosen = pairOfRequest[request];
            var price = chosen is Nobody ? penalty[request] : pairCost[chosen] - driverPrice[pairDriver[chosen]];
            if (price > penalty[request] || (chosen is not Nobody && !IsOwn(request, chosen, taken)))
            {
                return false;
            }

            for (var pair = firstPair[request]; pair < firstPair[request + 1]; pair++)
            {
                if (pairCost[pair] - driverPrice[pairDriver[pair]] < price)
                {
                    return false;
                }
            }

            prices += price;
        }

        for (var driver = 0; driver < Drivers; driver++)
        {
            if (driverPrice[driver] > 0 || (!taken[driver] && driverPrice[driver] != 0))
            {
                return false;
            }

            prices += driverPrice[driver];
        }

        return prices == Cost();
    }

    bool IsOwn(int request, int pair, bool[] taken)
    {
        var own = pair >= firstPair[request] && pair < firstPair[request + 1] && !taken[pairDriver[pair]];
        taken[pairDriver[pair]] = true;
        return own;
    }

    /// <summary>
    /// Two passes in which every request without a driver takes its best and lowers that driver's price until the second best is as good, and
    /// whoever had the driver looks again. Leaves most requests assigned; returns how many are not.
    /// </summary>
    int Bid()
    {
        // Few drivers among many would be outbid in small steps for ever; what the bids leave over the searches settle.
        const int Passes = 2, BidsPerRequest = 4;
        for (var request = 0; request < Requests; request++)
        {
            free[request] = request;
        }

        var (count, bids) = (Requests, BidsPerRequest * Requests);
        for (var pass = 0; pass < Passes; pass++)
        {
            var (waiting, kept, at) = (count, 0, 0);
            while (at < waiting)
            {
                // The one who lost the driver goes on at once where the price moved; where it did not, in the next pass, so that ties end.
                var (loser, moved) = Bid(free[at++]);
                if (loser is not Nobody)
                {
                    free[moved && --bids > 0 ? --at : kept++] = loser;
                }
            }

            count = kept;
        }

        return count;
    }

    (int Loser, bool Moved) Bid(int request)
    {
        var (best, chosen, second) = (penalty[request], Nobody, long.MaxValue);
        for (var pair = firstPair[request]; pair < firstPair[request + 1]; pair++)
        {
            var cost = pairCost[pair] - driverPrice[pairDriver[pair]];
            if (cost < best)
            {
                (second, best, chosen) = (best, cost, pair);
            }
            else if (cost < second)
            {
                second = cost;
            }
        }

        if (chosen is Nobody)
        {
            return (Nobody, false);
        }

        var driver = pairDriver[chosen];
        var loser = requestOfDriver[driver];
        driverPrice[driver] -= second - best;
        (requestOfDriver[driver], pairOfRequest[request]) = (request, chosen);
        if (loser is not Nobody)
        {
            pairOfRequest[loser] = Nobody;
        }

        return (loser, second > best);
    }

    /// <summary>
    /// Dijkstra over reduced costs from one request to the nearest end: a driver whom nobody has, or a request that had better stay
    /// unmatched (possibly this one). Prices move so that the proof holds again, then the path is flipped.
    /// </summary>
    void Augment(int start)
    {
        search++;
        settledCount = 0;
        queue.Clear();
        var (endDriver, endRequest, length) = (Nobody, start, penalty[start]);
        Relax(start, 0, length);
        while (queue.TryDequeue(out var driver, out var place))
        {
            if (place.Distance > distance[driver])
            {
                continue;
            }

            if (place.Distance >= length)
            {
                break;
            }

            var owner = requestOfDriver[driver];
            if (owner is Nobody)
            {
                (endDriver, endRequest, length) = (driver, Nobody, place.Distance);
                break;
            }

            settled[settledCount++] = driver;
            var offset = place.Distance - (pairCost[pairOfRequest[owner]] - driverPrice[driver]);
            if (offset + penalty[owner] < length)
            {
                (endRequest, length) = (owner, offset + penalty[owner]);
            }

            Relax(owner, offset, length);
        }

        Reprice(length);
        Flip(start, endDriver, endRequest);
    }

    /// <summary>Looks at the drivers of a request; what is no nearer than the end found so far cannot matter.</summary>
    void Relax(int request, long offset, long length)
    {
        for (var pair = firstPair[request]; pair < firstPair[request + 1]; pair++)
        {
            var driver = pairDriver[pair];
            var reached = offset + pairCost[pair] - driverPrice[driver];
            if (reached < length && (mark[driver] != search || reached < distance[driver]))
            {
                (mark[driver], distance[driver]) = (search, reached);
                (reachedFrom[driver], reachedBy[driver]) = (request, pair);
                queue.Enqueue(driver, (reached, driver));
            }
        }
    }

    void Reprice(long length)
    {
        for (var index = 0; index < settledCount; index++)
        {
            var driver = settled[index];
            driverPrice[driver] += distance[driver] - length;
        }
    }

    void Flip(int start, int endDriver, int endRequest)
    {
        var driver = endDriver;
        if (driver is Nobody)
        {
            if (endRequest == start)
            {
                return;
            }

            // The one at the end gives its driver up.
            driver = pairDriver[pairOfRequest[endRequest]];
            pairOfRequest[endRequest] = Nobody;
        }

        while (true)
        {
            var (request, pair) = (reachedFrom[driver], reachedBy[driver]);
            var next = pairOfRequest[request] is var had and not Nobody ? pairDriver[had] : Nobody;
            (pairOfRequest[request], requestOfDriver[driver]) = (pair, request);
            if (request == start)
            {
                return;
            }

            driver = next;
        }
    }

    static void Grow<T>(ref T[] buffer, int least)
    {
        if (buffer.Length < least)
        {
            Array.Resize(ref buffer, Math.Max(least, buffer.Length * 2));
        }
    }
}
