using FsCheck;
using FsCheck.Fluent;
using Tumpang.Matching.Dispatch;
using Xunit;

namespace Tumpang.Matching.Tests;

/// <summary>The solver against everything that can be tried on small problems, and against another algorithm on larger ones.</summary>
public sealed class SparseAssignmentTests
{
    [Fact]
    public void Small_problems_are_solved_as_trying_everything_solves_them() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3_000), Prop.ForAll(Problems(requests: 6, drivers: 6, highest: 12), problem =>
            Assert.Equal(BruteForce(problem, 0, 0), Solved(new(), problem).Cost())));

    [Fact]
    public void Medium_problems_are_solved_as_the_Hungarian_method_solves_them() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(Problems(requests: 60, drivers: 40, highest: 1_000), problem =>
            Assert.Equal(Hungarian(problem), Solved(new(), problem).Cost())));

    [Fact]
    public void Every_solution_comes_with_its_proof() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1_000), Prop.ForAll(Problems(requests: 40, drivers: 25, highest: 50), problem =>
            Assert.True(Solved(new(), problem).IsProvenOptimal())));

    [Fact]
    public void Nobody_drives_for_two() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1_000), Prop.ForAll(Problems(requests: 40, drivers: 25, highest: 50), problem =>
        {
            var drivers = Drivers(Solved(new(), problem)).OfType<int>().ToArray();

            Assert.Equal(drivers.Distinct().Count(), drivers.Length);
        }));

    [Fact]
    public void What_was_solved_before_leaves_no_trace()
    {
        var used = new SparseAssignment();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Problems(requests: 20, drivers: 15, highest: 8), problem =>
            Assert.Equal(Drivers(Solved(new(), problem)), Drivers(Solved(used, problem)))));
    }

    [Fact]
    public void A_penalty_beyond_all_costs_serves_the_most()
    {
        // The first would take the only driver of the second, who costs it nothing.
        var problem = new Problem(2, [new(0, 0, 0), new(0, 1, 900), new(1, 0, 5)], [100_000, 100_000]);

        Assert.Equal([1, 0], Drivers(Solved(new(), problem)).Select(driver => driver!.Value));
    }

    [Fact]
    public void Many_requests_that_compete_for_few_drivers_are_solved_without_a_price_war()
    {
        // Every request wants the same three drivers, in costs that differ by one: bids alone would climb to the penalty step by step.
        const int Requests = 400;
        var pairs = Enumerable.Range(0, Requests).SelectMany(request => Enumerable.Range(0, 3).Select(driver => new Pair(request, driver, 1_000 + ((request * 7 + driver * 3) % 11))));
        var problem = new Problem(3, [.. pairs], [.. Enumerable.Repeat(1_000_000_000_000L, Requests)]);

        var solver = Solved(new(), problem);

        Assert.True(solver.IsProvenOptimal());
        Assert.Equal(3, Drivers(solver).Count(driver => driver is not null));
    }

    [Fact]
    public void A_false_optimum_is_not_certified()
    {
        var solver = Solved(new(), new Problem(2, [new(0, 0, 10), new(0, 1, 20)], [100]));
        Assert.True(solver.IsProvenOptimal());

        // A cheaper pair than the prices allow, which the chosen assignment does not use.
        solver.AddPair(1, 5);

        Assert.False(solver.IsProvenOptimal());
    }

    internal sealed record Pair(int Request, int Driver, long Cost);

    internal sealed record Problem(int Drivers, Pair[] Pairs, long[] Penalties);

    static SparseAssignment Solved(SparseAssignment solver, Problem problem)
    {
        solver.Begin(problem.Drivers);
        for (var request = 0; request < problem.Penalties.Length; request++)
        {
            solver.AddRequest(problem.Penalties[request]);
            foreach (var pair in problem.Pairs.Where(pair => pair.Request == request))
            {
                solver.AddPair(pair.Driver, pair.Cost);
            }
        }

        solver.Solve();
        return solver;
    }

    static int?[] Drivers(SparseAssignment solver) => [.. Enumerable.Range(0, solver.Requests).Select(solver.DriverOf)];

    // Costs below zero occur: a credit for waiting may exceed the drive.
    static Arbitrary<Problem> Problems(int requests, int drivers, int highest)
    {
        var pair = from request in Gen.Choose(0, requests - 1)
                   from driver in Gen.Choose(0, drivers - 1)
                   from cost in Gen.Choose(-highest / 4, highest)
                   select new Pair(request, driver, cost);
        return Arb.From(
            from pairs in Gen.ListOf(pair, requests * 4)
            from penalties in Gen.ArrayOf(Gen.Choose(0, highest * 2).Select(penalty => (long)penalty), requests)
            select new Problem(drivers, [.. pairs.DistinctBy(one => (one.Request, one.Driver))], penalties));
    }

    static long BruteForce(Problem problem, int request, int taken)
    {
        if (request == problem.Penalties.Length)
        {
            return 0;
        }

        var least = problem.Penalties[request] + BruteForce(problem, request + 1, taken);
        foreach (var pair in problem.Pairs.Where(pair => pair.Request == request && (taken & (1 << pair.Driver)) == 0))
        {
            least = Math.Min(least, pair.Cost + BruteForce(problem, request + 1, taken | (1 << pair.Driver)));
        }

        return least;
    }

    /// <summary>The dense method of Kuhn and Munkres with row and column potentials; every request has a column of its own to stay unmatched in.</summary>
    static long Hungarian(Problem problem)
    {
        const long Forbidden = 1_000_000_000;
        var (rows, columns) = (problem.Penalties.Length, problem.Drivers + problem.Penalties.Length);
        var cost = new long[rows + 1, columns + 1];
        for (var row = 1; row <= rows; row++)
        {
            for (var column = 1; column <= columns; column++)
            {
                cost[row, column] = column == problem.Drivers + row ? problem.Penalties[row - 1] : Forbidden;
            }
        }

        foreach (var pair in problem.Pairs)
        {
            cost[pair.Request + 1, pair.Driver + 1] = pair.Cost;
        }

        var (rowPrice, columnPrice, rowOf) = (new long[rows + 1], new long[columns + 1], new int[columns + 1]);
        for (var row = 1; row <= rows; row++)
        {
            Insert(row, cost, rowPrice, columnPrice, rowOf);
        }

        return Enumerable.Range(1, columns).Where(column => rowOf[column] != 0).Sum(column => cost[rowOf[column], column]);
    }

    static void Insert(int row, long[,] cost, long[] rowPrice, long[] columnPrice, int[] rowOf)
    {
        var columns = columnPrice.Length - 1;
        var (slack, before, done) = (new long[columns + 1], new int[columns + 1], new bool[columns + 1]);
        Array.Fill(slack, long.MaxValue);
        (rowOf[0], var at) = (row, 0);
        while (rowOf[at] != 0)
        {
            done[at] = true;
            var (step, next) = (long.MaxValue, 0);
            for (var column = 1; column <= columns; column++)
            {
                if (done[column])
                {
                    continue;
                }

                var reduced = cost[rowOf[at], column] - rowPrice[rowOf[at]] - columnPrice[column];
                if (reduced < slack[column])
                {
                    (slack[column], before[column]) = (reduced, at);
                }

                if (slack[column] < step)
                {
                    (step, next) = (slack[column], column);
                }
            }

            for (var column = 0; column <= columns; column++)
            {
                if (done[column])
                {
                    rowPrice[rowOf[column]] += step;
                    columnPrice[column] -= step;
                }
                else if (column > 0)
                {
                    slack[column] -= step;
                }
            }

            at = next;
        }

        for (; at != 0; at = before[at])
        {
            rowOf[at] = rowOf[before[at]];
        }
    }
}
