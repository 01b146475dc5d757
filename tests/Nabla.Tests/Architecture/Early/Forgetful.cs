using Nabla.Tests.Architecture.Late;

namespace Nabla.Tests.Architecture.Early;

// Types that break the order on purpose, each in one place only, most of them where no signature tells of it.
internal sealed class InABody
{
    public static int Get() => Known.Number;
}

internal sealed class InALambda
{
    public static Func<int> Get() => () => Known.Number;
}

internal sealed class InAnIterator
{
    public static IEnumerable<int> Get()
    {
        yield return Known.Number;
    }
}

internal sealed class InAnAsyncMethod
{
    public static async Task<int> Get()
    {
        await Task.Yield();
        return Known.Number;
    }
}

internal sealed class InALocalFunction
{
    public static int Get()
    {
        return Inner(1);

        static int Inner(int x) => x + Known.Number;
    }
}

internal sealed class InATypeArgument
{
    public static int Get() => new List<Known?>().Count;
}

internal sealed class InATypeOf
{
    public static string Get() => typeof(Known).Name;
}

internal sealed class InAPattern
{
    public static bool Get(object x) => x is Known;
}

internal sealed class InANestedType
{
    public static int Get() => Inner.Get();

    private static class Inner
    {
        public static int Get() => Known.Number;
    }
}

internal sealed class InAConstraint
{
    public static int Get<T>()
        where T : IKnown => 1;
}

internal sealed class InAField
{
    internal Known? Field { get; set; }
}

internal sealed class Innocent
{
    public static int Get() => 1;
}
