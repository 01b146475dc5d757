using System.Collections.Immutable;
using Nabla.Calculus.Expressions.Functions;

namespace Nabla.Models.CSharp;

/// <summary>
/// C# as a lane: interprets the text of an elementwise function with code. What is executed here as a vector and shown as a formula is written there.
/// </summary>
/// <param name="Code">The code.</param>
/// <param name="Calls">The other functions that it calls.</param>
internal readonly record struct CodeLane(Code Code, ImmutableHashSet<Function> Calls) : ILane<CodeLane>
{
    /// <summary>What .NET's mathematics does not have, as methods of the file.</summary>
    public const string ErrorFunction = "ErrorFunction";
    public const string LogOfOnePlus = "LogOfOnePlus";

    public CodeLane(Code code)
        : this(code, [])
    {
    }

    public static CodeLane operator +(CodeLane x, CodeLane y) => new(x.Code + y.Code, x.Calls.Union(y.Calls));

    public static CodeLane operator -(CodeLane x, CodeLane y) => new(x.Code - y.Code, x.Calls.Union(y.Calls));

    public static CodeLane operator *(CodeLane x, CodeLane y) => new(x.Code * y.Code, x.Calls.Union(y.Calls));

    public static CodeLane operator /(CodeLane x, CodeLane y) => new(x.Code / y.Code, x.Calls.Union(y.Calls));

    public static CodeLane operator -(CodeLane x) => x with { Code = -x.Code };

    public static CodeLane Of(double value) => new(Code.Number(value));

    public static CodeLane Max(CodeLane x, CodeLane y) => new(Code.Call("Math.Max", x.Code, y.Code), x.Calls.Union(y.Calls));

    public static CodeLane Min(CodeLane x, CodeLane y) => new(Code.Call("Math.Min", x.Code, y.Code), x.Calls.Union(y.Calls));

    public static CodeLane Abs(CodeLane x) => x.In("Math.Abs");

    public static CodeLane Step(CodeLane x) => x with { Code = Code.Atom($"({x.Code.Text} > 0 ? 1.0 : 0.0)") };

    public static CodeLane Sqrt(CodeLane x) => x.In("Math.Sqrt");

    public static CodeLane Exp(CodeLane x) => x.In("Math.Exp");

    public static CodeLane Log(CodeLane x) => x.In("Math.Log");

    public static CodeLane LogOnePlus(CodeLane x) => x.In(LogOfOnePlus);

    public static CodeLane Tanh(CodeLane x) => x.In("Math.Tanh");

    public static CodeLane Sin(CodeLane x) => x.In("Math.Sin");

    public static CodeLane Cos(CodeLane x) => x.In("Math.Cos");

    public static CodeLane Erf(CodeLane x) => x.In(ErrorFunction);

    public static CodeLane Call<TFunction>(CodeLane x)
        where TFunction : struct, IElementwise
    {
        Function function = Function.Of<TFunction>();
        return new(Code.Call(NameOf(function), x.Code), x.Calls.Add(function));
    }

    /// <summary>The name of a function's method: LeakyRelu, SigmoidPrime.</summary>
    public static string NameOf(Function function) => string.Concat(
        function.Name.Replace("'", "-prime", StringComparison.Ordinal).Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    /// <summary>f(x) as code, with the functions that it calls.</summary>
    public static CodeLane BodyOf(Function function) => function.Accept(new Body());

    private CodeLane In(string method) => this with { Code = Code.Call(method, Code) };

    private sealed class Body : IElementwiseVisitor<CodeLane>
    {
        public CodeLane Visit<TFunction>()
            where TFunction : struct, IElementwise => TFunction.Value(new CodeLane(Code.Atom("x")));
    }
}
