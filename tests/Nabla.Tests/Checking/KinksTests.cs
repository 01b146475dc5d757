using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Tests.Checking;

public class KinksTests
{
    public static TheoryData<string> Functions => new(Function.All.Select(function => function.Name));

    /// <summary>Looks at f, f′ and f″ on both sides of all round numbers; a function added later cannot forget its kinks.</summary>
    [Theory]
    [MemberData(nameof(Functions))]
    public void The_kinks_of_a_function_are_where_it_or_its_first_two_derivatives_jump(string name)
    {
        const double h = 1e-4;
        Function f = Function.All.Single(function => function.Name == name);
        for (double x = -4; x <= 4; x += 0.25)
        {
            double[] left = [f.Evaluate(x - h), f.Prime.Evaluate(x - h), (f.Prime.Evaluate(x - h) - f.Prime.Evaluate(x - 2 * h)) / h];
            double[] right = [f.Evaluate(x + h), f.Prime.Evaluate(x + h), (f.Prime.Evaluate(x + 2 * h) - f.Prime.Evaluate(x + h)) / h];
            if (left.Concat(right).All(double.IsFinite))
            {
                bool jumps = left.Zip(right).Any(sides => Math.Abs(sides.First - sides.Second) > 0.1 * Math.Max(1, Math.Abs(sides.First)));
                Assert.True(jumps == f.Kinks.Contains(x), $"{name} at {x}: the kinks are {string.Join(", ", f.Kinks)}");
            }
        }
    }
}
