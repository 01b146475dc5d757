using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Nabla.Cli.Tests;

/// <summary>What programs can use of an assembly, as text: a line for each type and member, in an order that is always the same.</summary>
internal static class PublicFace
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string Of(Assembly assembly)
    {
        StringBuilder text = new();
        foreach (Type type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append($"{KindOf(type)} {type.Namespace}.{Name(type)}{BasesOf(type)}\n");
            foreach (string member in Members(type).Distinct().Order(StringComparer.Ordinal))
            {
                text.Append($"    {member}\n");
            }

            text.Append('\n');
        }

        return $"{text}";
    }

    private static string KindOf(Type type) =>
        type.IsEnum ? "enum"
        : type.IsInterface ? "interface"
        : typeof(Delegate).IsAssignableFrom(type) ? "delegate"
        : type.IsValueType ? "struct"
        : type is { IsAbstract: true, IsSealed: true } ? "static class"
        : type.IsAbstract ? "abstract class"
        : type.IsSealed ? "sealed class"
        : "class";

    private static string BasesOf(Type type)
    {
        IEnumerable<Type> inherited = type.BaseType?.GetInterfaces() ?? [];
        Type[] all = type.GetInterfaces();
        IEnumerable<string> faces = type.IsEnum
            ? []
            : all.Except(inherited).Except(all.SelectMany(face => face.GetInterfaces())).Where(face => face.IsVisible).Select(face => Name(face)).Order(StringComparer.Ordinal);
        IEnumerable<string> own = type.BaseType is { } above && above != typeof(object) && !type.IsValueType && !typeof(Delegate).IsAssignableFrom(type) ? [Name(above)] : [];
        string[] bases = [.. own, .. faces];
        return bases.Length == 0 ? "" : $" : {string.Join(", ", bases)}";
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetNames(type).Select(name => $"{name} = {Convert.ToInt64(Enum.Parse(type, name), CultureInfo.InvariantCulture)}");
        }

        NullabilityInfoContext context = new();
        return type.GetMembers(Declared).Where(member => member is not Type && !IsGenerated(member)).Select(member => member switch
        {
            FieldInfo { IsPublic: true } field => $"{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{Name(field.FieldType, context.Create(field))} {field.Name}"
                + (field.IsLiteral ? string.Create(CultureInfo.InvariantCulture, $" = {field.GetRawConstantValue()}") : ""),
            ConstructorInfo constructor when IsSeen(constructor) => $"{Access(constructor)}new({Parameters(constructor, context)})",
            MethodInfo method when IsSeen(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)) =>
                $"{Access(method)}{Name(method.ReturnType, context.Create(method.ReturnParameter))} {method.Name}{Arguments(method)}({Parameters(method, context)})",
            PropertyInfo property when property.GetAccessors(nonPublic: true).Any(IsSeen) =>
                $"{Access(property.GetAccessors(nonPublic: true).First(IsSeen))}{Name(property.PropertyType, context.Create(property))} {property.Name}"
                + $"{(property.GetIndexParameters() is { Length: > 0 } index ? $"[{string.Join(", ", index.Select(parameter => Name(parameter.ParameterType)))}]" : "")}"
                + $" {{{Accessor(property.GetMethod, " get;")}{Accessor(property.SetMethod, IsInit(property) ? " init;" : " set;")} }}",
            EventInfo { AddMethod: { } add } happening when IsSeen(add) => $"{Access(add)}event {Name(happening.EventHandlerType!)} {happening.Name}",
            _ => "",
        }).Where(line => line.Length > 0);
    }

    private static bool IsGenerated(MemberInfo member) => member.Name == "EqualityContract" || (member.IsDefined(typeof(CompilerGeneratedAttribute)) && member is not PropertyInfo);

    private static bool IsSeen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsInit(PropertyInfo property) =>
        property.SetMethod?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true;

    private static string Accessor(MethodInfo? method, string text) => method is not null && IsSeen(method) ? text : "";

    private static string Access(MethodBase method) =>
        $"{(method.IsPublic ? "" : "protected ")}{(method.IsStatic ? "static " : method.IsAbstract && !method.DeclaringType!.IsInterface ? "abstract " : method is { IsVirtual: true, IsFinal: false } && !method.DeclaringType!.IsInterface ? "virtual " : "")}";

    private static string Parameters(MethodBase method, NullabilityInfoContext context) => string.Join(", ", method.GetParameters().Select(parameter =>
        (parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute)) ? "params " : parameter.IsOut ? "out " : parameter.IsIn ? "in " : parameter.ParameterType.IsByRef ? "ref " : "")
        + $"{Name(parameter.ParameterType, context.Create(parameter))} {parameter.Name}"
        + (parameter.HasDefaultValue ? $" = {(parameter.RawDefaultValue is { } value ? string.Create(CultureInfo.InvariantCulture, $"{value}") : "null")}" : "")));

    private static string Arguments(MethodInfo method) => method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : "";

    /// <summary>A type as C# writes it, with a question mark where a reference may be null.</summary>
    private static string Name(Type type, NullabilityInfo? nullability = null)
    {
        if (type.IsByRef || type.IsPointer)
        {
            return Name(type.GetElementType()!) + (type.IsPointer ? "*" : "");
        }

        if (Nullable.GetUnderlyingType(type) is Type underlying)
        {
            return Name(underlying) + "?";
        }

        string end = nullability is not null && !type.IsValueType && !type.IsGenericParameter
            && (nullability.ReadState == NullabilityState.Nullable || nullability.WriteState == NullabilityState.Nullable) ? "?" : "";
        if (type.IsArray)
        {
            return Name(type.GetElementType()!, nullability?.ElementType) + "[]" + end;
        }

        string own = type.Name.Split('`')[0];
        int inherited = type.DeclaringType is { } outer && !type.IsGenericParameter ? outer.GetGenericArguments().Length : 0;
        Type[] arguments = type.GetGenericArguments()[Math.Min(inherited, type.GetGenericArguments().Length)..];
        NullabilityInfo[] inner = nullability?.GenericTypeArguments ?? [];
        string generic = arguments.Length == 0 ? "" : $"<{string.Join(", ", arguments.Select((argument, i) => Name(argument, inner.Length == arguments.Length ? inner[i] : null)))}>";
        return (type.IsNested && !type.IsGenericParameter ? Name(type.DeclaringType!) + "." : "") + own + generic + end;
    }
}
