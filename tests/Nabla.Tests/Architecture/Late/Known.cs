namespace Nabla.Tests.Architecture.Late;

/// <summary>What a type of an earlier stage may not know; see <see cref="Early"/>.</summary>
internal sealed class Known
{
    public static int Number => 1;
}

/// <summary>Another such type, to be bound by.</summary>
internal interface IKnown;
