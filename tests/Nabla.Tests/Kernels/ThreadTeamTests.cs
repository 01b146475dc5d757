using System.Runtime.InteropServices;
using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

public sealed unsafe class ThreadTeamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void Every_member_does_its_part_once_in_every_round(int members)
    {
        using ThreadTeam team = new(members);
        long* counts = stackalloc long[members];
        new Span<long>(counts, members).Clear();
        Counting work = new() { Counts = counts };
        const int Rounds = 3000;
        for (int round = 0; round < Rounds; round++)
        {
            team.Run(&work);
        }

        for (int member = 0; member < members; member++)
        {
            Assert.Equal(Rounds, counts[member]);
        }
    }

    [Fact]
    public void Members_that_fell_asleep_are_woken()
    {
        using ThreadTeam team = new(3);
        long* counts = stackalloc long[3];
        new Span<long>(counts, 3).Clear();
        Counting work = new() { Counts = counts };
        for (int round = 0; round < 20; round++)
        {
            Thread.Sleep(round % 2 == 0 ? 10 : 0);
            team.Run(&work);
        }

        Assert.Equal([20, 20, 20], new Span<long>(counts, 3).ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void What_a_member_throws_reaches_the_caller_and_the_team_goes_on(int member)
    {
        using ThreadTeam team = new(3);
        Throwing throwing = new() { Member = member };
        var e = Assert.Throws<InvalidTimeZoneException>(() => Start(throwing));
        Assert.Equal($"member {member}", e.Message);
        long* counts = stackalloc long[3];
        new Span<long>(counts, 3).Clear();
        Counting work = new() { Counts = counts };
        team.Run(&work);
        Assert.Equal([1, 1, 1], new Span<long>(counts, 3).ToArray());

        void Start(Throwing copy) => team.Run(&copy);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_part_that_starts_its_own_team_is_refused(int member)
    {
        using ThreadTeam team = new(2);
        GCHandle handle = GCHandle.Alloc(team);
        Nested nested = new() { Team = GCHandle.ToIntPtr(handle), Member = member };
        Assert.Throws<InvalidOperationException>(() => Start(nested));
        handle.Free();

        void Start(Nested copy) => team.Run(&copy);
    }

    [Fact]
    public void A_team_that_was_ended_is_refused()
    {
        ThreadTeam team = new(2);
        team.Dispose();
        team.Dispose();
        Assert.Throws<ObjectDisposedException>(Start);

        void Start()
        {
            Counting work = default;
            team.Run(&work);
        }
    }

    [Fact]
    public void A_product_has_the_same_bits_for_every_number_of_threads_and_allocates_nothing()
    {
        KernelSet<float> kernels = KernelSets.Float();
        int[] teams = [1, 2, 3, 4];
        foreach ((int m, int n, int k) in new[] { (30, 10, 784), (784, 128, 64), (97, 301, 600), (450, 210, 530), (1, 7, 3), (33, 33, 33) })
        {
            for (int flags = 0; flags < 8; flags++)
            {
                (bool transposeA, bool transposeB, bool padded) = ((flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0);
                int Ld(int rows) => padded ? (rows + 15) / 16 * 16 : rows;
                int lda = Ld(transposeA ? k : m);
                int ldb = Ld(transposeB ? n : k);
                int ldc = Ld(m);
                using GuardedBuffer<float> a = new(lda * (transposeA ? m : k)), b = new(ldb * (transposeB ? k : n)), c = new(ldc * n);
                using GuardedBuffer<float> scratch = new((nint)kernels.ScratchLength(m, n, k, transposeA, transposeB) * 4);
                Product<float> product = new()
                {
                    M = m,
                    N = n,
                    K = k,
                    TransposeA = transposeA,
                    TransposeB = transposeB,
                    Lda = lda,
                    Ldb = ldb,
                    Ldc = ldc,
                    Alpha = 0.3f,
                    A = Random(a, lda * (transposeA ? m : k), 1),
                    B = Random(b, ldb * (transposeB ? k : n), 2),
                };
                float* room = scratch.Take((nint)kernels.ScratchLength(m, n, k, transposeA, transposeB) * 4, true);
                product.C = c.Take(ldc * n, true);
                kernels.Multiply(product, room);
                float[] expected = new Span<float>(product.C, ldc * n).ToArray();
                foreach (int members in teams)
                {
                    using ThreadTeam team = new(members);
                    product.C = c.Take(ldc * n, true);
                    Assert.Equal(0, Allocations.Least(() => kernels.Multiply(product, room, team)));
                    Assert.Equal(expected, new Span<float>(product.C, ldc * n).ToArray());
                    c.CheckNeighbours();
                }
            }
        }
    }

    private static float* Random(GuardedBuffer<float> buffer, int count, ulong seed)
    {
        float* values = buffer.Take(count, true);
        SeededRandom random = new(seed);
        for (int i = 0; i < count; i++)
        {
            values[i] = (float)(random.NextDouble() - 0.5);
        }

        return values;
    }

    private struct Counting : ITeamWork
    {
        public long* Counts;

        public readonly void Run(int member, int members) => Counts[member]++;
    }

    private struct Throwing : ITeamWork
    {
        public int Member;

        public readonly void Run(int member, int members)
        {
            if (member == Member)
            {
                throw new InvalidTimeZoneException($"member {member}");
            }
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private struct Nested : ITeamWork
    {
        public nint Team;
        public int Member;

        public readonly void Run(int member, int members)
        {
            if (member == Member)
            {
                Counting inner = default;
                ((ThreadTeam)GCHandle.FromIntPtr(Team).Target!).Run(&inner);
            }
        }
    }
}
